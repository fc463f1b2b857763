// How a cell of the map looks: its tone is what was found there, from 0, not asked, to 9, the best
// shade.
const toneWords = ["not asked", "not finished", "not sent", "silent", "unreachable",
                   "refused or another answer", "up", "up", "up", "up"];
const silentTone = 3;
const answeredTone = 5;
const bestShade = 9;
const shapeMin = 8;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const toneColours = (ofHosts) => toneWords.map((_, tone) =>
  colour(tone > answeredTone && !ofHosts ? `--share-${bestShade - tone}` : `--tone-${tone}`));

// Where there is room, what is not up differs in shape as well.
function drawCell(paint, tone, fill, x, y, size) {
  paint.fillStyle = fill;
  if (size < shapeMin || tone > answeredTone) {
    paint.fillRect(x, y, size, size);
    return;
  }
  const middle = size / 2;
  paint.strokeStyle = fill;
  paint.lineWidth = Math.max(1.5, size / 9);
  paint.beginPath();
  if (tone === answeredTone || tone === 2) {
    const inset = size * 0.24;
    paint.moveTo(x + inset, y + inset);
    paint.lineTo(x + size - inset, y + size - inset);
    if (tone === answeredTone) {
      paint.moveTo(x + size - inset, y + inset);
      paint.lineTo(x + inset, y + size - inset);
    }
    paint.stroke();
  } else if (tone === 4) {
    paint.moveTo(x + middle, y + size * 0.2);
    paint.lineTo(x + size * 0.82, y + size * 0.78);
    paint.lineTo(x + size * 0.18, y + size * 0.78);
    paint.closePath();
    paint.stroke();
  } else {
    paint.arc(x + middle, y + middle, size * (tone === silentTone ? 0.13 : 0.24), 0, 2 * Math.PI);
    if (tone === silentTone) paint.fill();
    else paint.stroke();
  }
}
