"""A server that webhooks are sent to."""

import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Inbox:
    def __init__(self):
        self._messages = messages = queue.Queue()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                messages.put(Message(headers, body.decode()))
                self.send_response(201)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://localhost:{self._server.server_port}/webhooks"

    def next(self, kind):
        """Waits for the next event of a kind."""
        while True:
            message = self._messages.get(timeout=10)
            if message.event["type"] == kind:
                return message

    def clear(self):
        while not self._messages.empty():
            self._messages.get()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


class Message:
    def __init__(self, headers, body):
        self.headers = headers
        self.body = body
        self.event = json.loads(body)
