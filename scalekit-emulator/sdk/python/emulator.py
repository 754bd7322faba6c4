"""The emulator as a child process, and the orders that it takes over HTTP."""

import os
import subprocess

import requests

BINARY = os.environ["EMULATOR"]


def certified():
    """The arguments for TLS."""
    return "--tls-cert", os.environ["EMULATOR_CERTIFICATE"], "--tls-key", os.environ["EMULATOR_KEY"]


class Emulator:
    def __init__(self, *arguments):
        self._process = subprocess.Popen(
            [BINARY, "--port", "0", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.variables = {}
        while "SCALEKIT_COOKIE_SECRET" not in self.variables:
            line = self._process.stdout.readline()
            if not line:
                raise RuntimeError(f"the emulator did not start: {self._process.stderr.read()}")
            name, value = line.strip().split("=", 1)
            self.variables[name] = value
        self.url = self.variables["SCALEKIT_ENVIRONMENT_URL"]
        self.client_id = self.variables["SCALEKIT_CLIENT_ID"]
        self.client_secret = self.variables["SCALEKIT_CLIENT_SECRET"]

    def stop(self):
        self._process.terminate()
        self._process.communicate()

    def advance_clock(self, seconds):
        """Time passes for the emulator only: tokens that it signs from now on come from the future."""
        self._order("clock/advance", {"seconds": seconds})

    def spoil_tokens(self, kind, grant="refresh_token", **details):
        """The next token answer is wrong."""
        self._order("tampering", {"times": 1, "grant": grant, "tamper": {"kind": kind, **details}})

    def spoil_webhooks(self, flaw):
        self._order("webhooks", {"flaw": flaw})

    def fail(self, endpoint, times, **fault):
        self._order("faults", {"endpoint": endpoint, "times": times, "fault": fault})

    def rotate_keys(self):
        self._order("keys/rotate", {"drop_old": True})

    def reset(self):
        """From the beginning; what was on its way to applications arrives before."""
        while any(sent["status"] is sent["error"] is None for sent in self._report("deliveries")["deliveries"]):
            pass
        self._order("reset", {})

    def calls(self):
        return self._report("calls")["counts"]

    def _report(self, path):
        return requests.get(f"{self.url}/emulator/control/{path}", timeout=10).json()

    def _order(self, path, body):
        requests.post(f"{self.url}/emulator/control/{path}", json=body, timeout=10).raise_for_status()
