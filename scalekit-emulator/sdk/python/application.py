"""A FastAPI application with the SDK's integration, on a port of its own."""

import socket
import threading
import time

import uvicorn
from fastapi import Depends, FastAPI, Request
from scalekit.frameworks.fastapi import ScalekitAuth


class Server:
    """Has its port before it is told who its Scalekit is."""

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self._socket.getsockname()[1]}"
        self._server = None

    def serve(self, emulator):
        auth = ScalekitAuth(
            client_id=emulator.client_id,
            client_secret=emulator.client_secret,
            env_url=emulator.url,
            redirect_uri=f"{self.url}/callback",
            cookie_encryption_secret=emulator.variables["SCALEKIT_COOKIE_SECRET"],
            cookie_secure=False,
        )
        app = FastAPI()
        auth.install(app)

        @app.get("/")
        def home(request: Request):
            session = auth.get_session(request)
            return {"user": session and session["user"]["sub"]}

        @app.get("/account")
        def account(user: dict = Depends(auth.requires_auth)):
            return user

        self._server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def stop(self):
        self._server.should_exit = True
        self._thread.join()
