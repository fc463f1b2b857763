// The Hilbert curve: cell number `index` of a square of `side` cells (a power of two) stands at
// [x, y]. Addresses that are neighbours are neighbours on the map, and every aligned block is a
// square, or two.
function hilbertPlace(side, index) {
  let x = 0;
  let y = 0;
  let rest = index;
  for (let step = 1; step < side; step *= 2) {
    const right = 1 & (rest >> 1);
    const down = 1 & (rest ^ right);
    if (down === 0) {
      if (right === 1) {
        x = step - 1 - x;
        y = step - 1 - y;
      }
      [x, y] = [y, x];
    }
    x += step * right;
    y += step * down;
    rest >>= 2;
  }
  return [x, y];
}

// The way back: which cell stands at x, y.
function hilbertIndex(side, placeX, placeY) {
  let x = placeX;
  let y = placeY;
  let index = 0;
  for (let step = side / 2; step > 0; step /= 2) {
    const right = (x & step) > 0 ? 1 : 0;
    const down = (y & step) > 0 ? 1 : 0;
    index += step * step * ((3 * right) ^ down);
    if (down === 0) {
      if (right === 1) {
        x = side - 1 - x;
        y = side - 1 - y;
      }
      [x, y] = [y, x];
    }
  }
  return index;
}
