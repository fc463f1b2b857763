"""A browser for a test: Chromium, driven through the W3C WebDriver protocol by chromedriver.

Needs nothing but Python's standard library, and the Debian packages chromium and chromium-driver.
The browser has a profile of its own, which goes with it, and asks nobody for anything by itself.
"""

import base64
import json
import os
import shutil
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request

ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage",
    "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--hide-scrollbars",
]
KEYS = {"enter": "\ue007", "right": "\ue014", "down": "\ue015", "home": "\ue011", "end": "\ue010",
        "tab": "\ue004"}


def missing():
    """What a browser test lacks, in words; None if it lacks nothing."""
    for program in ("chromium", "chromedriver"):
        if shutil.which(program) is None:
            return f"there is no {program}"
    try:
        with Browser():
            return None
    except RuntimeError as error:
        return f"chromium doesn't start here: {str(error).splitlines()[0]}"


class Browser:
    """One browser with one tab. Use it in a `with` statement."""

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="muster-browser-")
        # A group of its own: the browser's helpers end with it.
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, start_new_session=True)
        try:
            self.address = f"http://127.0.0.1:{self._port()}"
            self._open()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        os.killpg(self.driver.pid, signal.SIGKILL)
        self.driver.wait()
        self.driver.stdout.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _port(self):
        for line in self.driver.stdout:
            if "started successfully on port" in line:
                return int(line.rstrip(".\n").rsplit(" ", 1)[1])
        raise RuntimeError("chromedriver did not start")

    def _open(self):
        options = {"binary": shutil.which("chromium"),
                   "args": ARGUMENTS + [f"--user-data-dir={self.directory}"]}
        wanted = {"goog:chromeOptions": options,
                  "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        reply = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.session = f"/session/{reply['sessionId']}"

    def _ask(self, method, path, body=None):
        request = urllib.request.Request(
            self.address + path, method=method,
            data=None if body is None else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return json.load(reply)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from None

    def _post(self, path, **body):
        return self._ask("POST", self.session + path, body)

    def go(self, url):
        self._post("/url", url=url)

    def run(self, script, *arguments):
        """Runs the body of a function in the page and returns what it returns."""
        return self._post("/execute/sync", script=script, args=list(arguments))

    def wait_until(self, script, what):
        """Waits until an expression in the page is true, for 10 s at the most."""
        loop = """const done = arguments[arguments.length - 1]; const until = Date.now() + 10000;
                  const look = () => { if (%s) done(true); else if (Date.now() > until) done(false);
                  else setTimeout(look, 20); }; look();""" % script
        if not self._post("/execute/async", script=loop, args=[]):
            raise AssertionError(f"timed out waiting until {what}")

    def press(self, *keys):
        """Presses keys, by name or as characters, one after the other, where the focus is."""
        actions = []
        for key in keys:
            value = KEYS.get(key, key)
            actions += [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]
        self._post("/actions", actions=[{"type": "key", "id": "keys", "actions": actions}])

    def point(self, x, y, click=False):
        """Moves the mouse to a place in the window, and may click there."""
        actions = [{"type": "pointerMove", "duration": 0, "x": round(x), "y": round(y)}]
        if click:
            actions += [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self._post("/actions", actions=[{"type": "pointer", "id": "mouse", "actions": actions}])

    def tell(self, command, **parameters):
        """A command of the DevTools protocol."""
        return self._post("/goog/cdp/execute", cmd=command, params=parameters)

    def log(self, kind):
        return self._post("/se/log", type=kind)

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self._ask("GET", self.session + "/screenshot")))
