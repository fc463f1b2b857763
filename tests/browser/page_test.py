"""Opens pages that muster wrote in a real browser: page_test.py MUSTER [SCREENSHOTS]

Checks that they draw, answer mouse and keyboard, sort and filter, show hostile text as text, and
ask nobody for anything. With a directory for SCREENSHOTS, leaves pictures there. Prints a line
starting with "skipped:" where there is no browser.
"""

import http.server
import os
import subprocess
import sys
import tempfile
import threading
import unittest

import webdriver

MUSTER = ""
SCREENSHOTS = ""
TITLE = "</script><script>document.title='broken'</script><img src=x onerror=alert(1)>\u202egnp.exe"
SHOP = "Shop <b>1</b> & co"
SHOWN = TITLE.replace("\u202e", "\\u{202e}")
CELL = """const part = musterPage.mapParts[0]; const [x, y] = part.place(arguments[0]);
    part.canvas.scrollIntoView({block: 'center'});
    const box = part.canvas.getBoundingClientRect();
    return [box.left + (x + 0.5) * part.cell, box.top + part.top(y) + 0.5 * part.cell];"""
TEXTS = "return [...document.querySelectorAll('%s')].map(one => one.textContent)"
FIRST_COLUMN = TEXTS % "#rows th button"


class HostileServer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/missing":
            self.send_error(404)
            return
        # The body's encoding of a title with markup in it is what a browser would read as text.
        escaped = TITLE.replace("&", "&amp;").replace("<", "&lt;")
        body = f"<html><title>{escaped}</title></html>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def sweep(page, *arguments):
    """Runs a sweep into a page and returns the page's URL."""
    result = subprocess.run([MUSTER, "sweep", "-q", "-o", page, *arguments], timeout=120,
                            stderr=subprocess.PIPE, text=True)
    if result.returncode not in (0, 1):
        raise RuntimeError(result.stderr)
    return "file://" + page


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory(prefix="muster-page-")
        cls.server = http.server.HTTPServer(("127.0.0.7", 0), HostileServer)
        cls.port = cls.server.server_port
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.small = sweep(cls.directory.name + "/small.html", "127.0.0.0/24", "--timeout", "5s",
                          f"--http=http://{{}}:{cls.port}/")
        cls.large = sweep(cls.directory.name + "/large.html", "127.1.0.0/16", "--all-addresses",
                          "--tcp", str(cls.port), "--rate", "0", "--max-in-flight", "500")
        base = f"http://127.0.0.7:{cls.port}"
        cls.mixed = sweep(cls.directory.name + "/mixed.html", base + "/", base + "/missing",
                          "http://127.0.0.7:1/" + 60 * "long-", "127.0.0.9:1", "127.0.0.16/29:1",
                          f"--title={SHOP}", "--max-redirects", "1")
        cls.browser = webdriver.Browser().__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()
        cls.server.shutdown()
        cls.server.server_close()
        cls.directory.cleanup()

    def open(self, url, width=1200, height=900, dark=False):
        self.browser.tell("Emulation.setDeviceMetricsOverride", width=width, height=height,
                          deviceScaleFactor=1, mobile=False)
        theme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.browser.tell("Emulation.setEmulatedMedia", features=[theme])
        self.browser.log("browser")
        self.browser.log("performance")
        self.browser.go(url)

    def tearDown(self):
        self.assertEqual(self.browser.log("browser"), [], "the console has something to say")
        for entry in self.browser.log("performance"):
            if '"Network.requestWillBeSent"' in entry["message"]:
                self.assertRegex(entry["message"], r'"url":"(file:///|data:)', "a request was made")
        if SCREENSHOTS:
            self.browser.screenshot(f"{SCREENSHOTS}/{self._testMethodName}.png")

    def run_in_page(self, script, *arguments):
        return self.browser.run(script, *arguments)

    def pixel(self, index):
        """The colour in the middle of a cell of the first map."""
        return self.run_in_page(
            """const part = musterPage.mapParts[0]; const [x, y] = part.place(arguments[0]);
            const scale = part.canvas.width / part.columns;
            const copy = document.createElement('canvas');
            const paint = copy.getContext('2d', { willReadFrequently: true });
            const down = (part.top(y) / part.cell + 0.5) * scale;
            paint.drawImage(part.canvas, -Math.floor((x + 0.5) * scale), -Math.floor(down));
            return [...paint.getImageData(0, 0, 1, 1).data];""", index)

    def test_hilbert_curve_visits_every_cell_once_and_moves_by_one(self):
        self.open(self.small)
        faults = self.run_in_page(
            """const { hilbertPlace, hilbertIndex } = musterPage; const faults = [];
            for (const side of [1, 2, 4, 16, 64, 256]) {
              const seen = new Set(); let last = null;
              for (let i = 0; i < side * side; ++i) {
                const [x, y] = hilbertPlace(side, i);
                if (x < 0 || y < 0 || x >= side || y >= side) faults.push(['outside', side, i]);
                if (hilbertIndex(side, x, y) !== i) faults.push(['way back', side, i]);
                if (last && Math.abs(x - last[0]) + Math.abs(y - last[1]) !== 1)
                  faults.push(['jump', side, i]);
                seen.add(y * side + x); last = [x, y];
              }
              if (seen.size !== side * side) faults.push(['twice', side]);
            }
            return faults.slice(0, 5);""")
        self.assertEqual(faults, [])

    def test_ipv6_text_is_the_one_that_muster_writes(self):
        self.open(self.small)
        for text in ("::", "::1", "2001:db8::1", "2001:db8:0:1::", "fe80::1:0:0:1",
                     "1:2:3:4:5:6:7:8", "2001:db8:1:2:0:3:4:10", "1:0:0:2::"):
            there = self.run_in_page(
                "return musterPage.v6Text(musterPage.v6Value(arguments[0]))", text)
            self.assertEqual(there, text)

    def test_map_has_a_cell_for_every_host_and_none_for_those_not_asked(self):
        self.open(self.small)
        asked = self.run_in_page(
            "return musterPage.mapParts[0].tones.filter(one => one > 0).length")
        self.assertEqual(asked, 254)
        self.assertEqual(self.pixel(0)[3], 0)
        self.assertEqual(self.pixel(255)[3], 0)
        self.assertEqual(self.pixel(7)[3], 255)
        self.assertNotEqual(self.pixel(7), self.pixel(8))
        self.assertIn("1 of 254 hosts up", self.run_in_page(
            "return document.querySelector('figcaption').textContent"))

    def test_pointing_at_a_cell_tells_its_host(self):
        self.open(self.small)
        self.browser.point(*self.run_in_page(CELL, 7))
        tip = self.run_in_page("return document.getElementById('tip').innerText")
        self.assertIn("127.0.0.7", tip)
        self.assertIn("up", tip)
        self.assertIn(SHOWN, tip)
        self.browser.point(*self.run_in_page(CELL, 8), click=True)
        detail = self.run_in_page("return document.getElementById('detail').innerText")
        self.assertIn("127.0.0.8", detail)
        self.assertIn("refused", detail)

    def test_arrow_keys_walk_over_the_map_and_enter_shows_the_host(self):
        self.open(self.small)
        self.run_in_page("document.querySelector('canvas').focus()")
        detail = "return document.querySelector('#detail strong').textContent"
        self.assertEqual(self.run_in_page(detail), "127.0.0.1")
        self.browser.press("end")
        self.assertEqual(self.run_in_page(detail), "127.0.0.254")
        self.browser.press("home", "down")
        below = self.run_in_page(detail)
        self.assertNotEqual(below, "127.0.0.1")
        self.browser.press("enter")
        self.assertEqual(self.run_in_page("return document.getElementById('filter').value"), below)
        self.assertEqual(len(self.run_in_page(FIRST_COLUMN)), 1)

    def test_hostile_title_is_shown_as_text(self):
        self.open(self.small)
        self.run_in_page("document.getElementById('filter').value = '127.0.0.7';"
                         "document.getElementById('filters').requestSubmit()")
        self.run_in_page("document.querySelector('#rows button').click()")
        self.assertIn(SHOWN, self.run_in_page(
            "return document.querySelector('td.note').textContent"))
        self.assertIn(SHOWN, self.run_in_page(
            "return document.querySelector('tr.details').textContent"))
        self.assertEqual(self.run_in_page("return document.querySelectorAll('body img').length"), 0)
        self.assertIn("1 of 254 up", self.run_in_page("return document.title"))

    def test_sorting_by_rtt_with_the_keyboard(self):
        self.open(self.large)
        self.run_in_page("document.querySelector('#column-rtt button').focus()")
        rtts = TEXTS % "#rows td.number"
        for order, backwards in (("ascending", False), ("descending", True)):
            self.browser.press("enter")
            self.assertEqual(self.run_in_page(
                "return document.getElementById('column-rtt').getAttribute('aria-sort')"), order)
            shown = [float(text) for text in self.run_in_page(rtts) if text]
            self.assertEqual(len(shown), 100)
            self.assertEqual(shown, sorted(shown, reverse=backwards))
        self.assertEqual(self.run_in_page(
            "return document.getElementById('column-target').getAttribute('aria-sort')"), "none")

    def test_filter_by_text_block_and_status(self):
        self.open(self.large)
        found = "document.getElementById('found').textContent"
        self.assertEqual(self.run_in_page("return " + found), "65,536 rows")
        self.run_in_page("document.getElementById('filter').focus()")
        self.browser.press(*"127.1.7.0/29")
        self.browser.wait_until(found + " === '8 of 65,536 rows'", "the block is filtered")
        names = self.run_in_page(FIRST_COLUMN)
        self.assertEqual(names, [f"127.1.7.{i}:{self.port}" for i in range(8)])
        self.run_in_page("document.getElementById('filter').value = 'refused 7.23:';"
                         "document.getElementById('filters').requestSubmit()")
        self.assertIn(f"127.1.7.23:{self.port}", self.run_in_page(FIRST_COLUMN))
        self.run_in_page("document.getElementById('filter').value = 'nowhere';"
                         "document.getElementById('filters').requestSubmit()")
        self.assertEqual(self.run_in_page("return " + found), "0 of 65,536 rows")

    def test_pages_of_a_large_table(self):
        self.open(self.large)
        self.assertEqual(len(self.run_in_page(FIRST_COLUMN)), 100)
        self.run_in_page("document.getElementById('last').click()")
        names = self.run_in_page(FIRST_COLUMN)
        self.assertEqual(names[-1], f"127.1.255.255:{self.port}")
        self.assertEqual(len(names), 36)
        self.assertTrue(self.run_in_page("return document.getElementById('next').disabled"))
        self.run_in_page("document.getElementById('first').click()")
        self.assertEqual(self.run_in_page(FIRST_COLUMN)[0], f"127.1.0.0:{self.port}")

    def test_map_of_a_slash_16_finds_an_address(self):
        self.open(self.large)
        index = 7 * 256 + 23
        self.assertEqual(self.pixel(index)[3], 255)
        self.browser.point(*self.run_in_page(CELL, index))
        self.assertIn("127.1.7.23", self.run_in_page(
            "return document.getElementById('tip').innerText"))

    def test_dark_and_narrow(self):
        self.open(self.small, dark=False)
        light = self.pixel(7)
        self.open(self.small, width=360, height=780, dark=True)
        self.assertNotEqual(self.pixel(7), light)
        self.assertLessEqual(self.run_in_page("return document.documentElement.scrollWidth"), 360)

    def test_nothing_is_cut_off_on_a_phone_and_details_open(self):
        for dark in (False, True):
            self.open(self.mixed, width=360, height=780, dark=dark)
            self.run_in_page("document.querySelector('#rows button').click()")
            self.assertEqual(self.run_in_page(
                """const wide = [...document.querySelectorAll('#results *')].filter((one) => {
                     const box = one.getBoundingClientRect();
                     return !one.closest('option') && (box.right > 360 || box.left < 0);
                   });
                   return wide.map((one) => one.outerHTML.slice(0, 80));"""), [])
            scroll = "const one = document.querySelector('.scroll'); "
            self.assertTrue(self.run_in_page(scroll + "return one.scrollWidth <= one.clientWidth"))
            self.assertTrue(self.run_in_page(
                "return document.querySelector('tr.details').offsetHeight > 100"))

    def test_pictures_at_three_sizes(self):
        for page in ("small", "large", "mixed"):
            for width in (360, 800, 1400):
                for dark in (False, True):
                    self.open(getattr(self, page), width=width, height=1400, dark=dark)
                    self.assertLessEqual(
                        self.run_in_page("return document.documentElement.scrollWidth"), width)
                    if SCREENSHOTS:
                        theme = "dark" if dark else "light"
                        self.browser.screenshot(f"{SCREENSHOTS}/{page}-{width}-{theme}.png")

    def test_failures_stand_first_and_status_codes_have_a_column(self):
        self.open(self.mixed)
        names = self.run_in_page(FIRST_COLUMN)
        states = self.run_in_page(TEXTS % "#rows td .status")
        # Three of what was named by itself, or more if an answer of 404 is a failure, then the rest.
        rank = {name: number for number, name in enumerate(names)}
        self.assertLess(rank["127.0.0.9:1"], rank[f"http://127.0.0.7:{self.port}/"])
        self.assertEqual(states[0] == "up", False)
        self.assertEqual(len(names), 4 + 6)
        self.assertIn("404", self.run_in_page(TEXTS % "#rows td.code"))
        self.assertNotIn("404", "".join(self.run_in_page(TEXTS % "#rows td.note")))
        self.run_in_page("document.querySelector('#column-code button').click()")
        codes = [code for code in self.run_in_page(TEXTS % "#rows td.code") if code]
        self.assertEqual(codes, ["200", "404"])
        self.open(self.large)
        self.assertEqual(self.run_in_page("return document.getElementById('column-code')"), None)

    def test_title_and_place_of_a_sweep(self):
        self.open(self.mixed)
        heading = "return document.getElementById('title').innerHTML"
        self.assertEqual(self.run_in_page(heading), "Shop &lt;b&gt;1&lt;/b&gt; &amp; co")
        self.assertTrue(self.run_in_page("return document.title").endswith("up – " + SHOP))
        when = self.run_in_page("return document.getElementById('when').textContent")
        self.assertIn("probed from " + os.uname().nodename, when)
        self.open(self.small)
        self.assertIn("up – muster sweep", self.run_in_page("return document.title"))

    def test_names_of_blocks_cover_no_cell(self):
        self.open(self.large)
        covered = self.run_in_page(
            """const part = musterPage.mapParts[0]; const faults = [];
            if (part.strip === 0 || part.bands.length < 2) faults.push('no strips');
            let last = -1;
            for (let line = 0; line < part.lines; ++line) {
              const top = part.top(line);
              const band = part.bands.find((one) => one.line === line);
              if (band && top - last < part.strip) faults.push(['no room', line]);
              if (part.lineAt(top + part.cell / 2) !== line) faults.push(['way back', line]);
              last = top + part.cell;
            }
            if (part.lineAt(part.strip / 2) !== null) faults.push('a strip is a line');
            return faults.slice(0, 5);""")
        self.assertEqual(covered, [])


if __name__ == "__main__":
    MUSTER = os.path.abspath(sys.argv[1])
    if len(sys.argv) > 2:
        SCREENSHOTS = sys.argv[2]
    if lacking := webdriver.missing():
        print(f"skipped: {lacking}")
        sys.exit(0)
    unittest.main(argv=sys.argv[:1])
