import pytest
from scalekit import ScalekitClient
from scalekit.common.scalekit import AuthorizationUrlOptions, CodeAuthenticationOptions, TokenValidationOptions

from browser import ADA, Browser, query
from emulator import Emulator, certified
from inbox import Inbox

CALLBACK = "http://localhost:3000/auth/callback"
HOME = "http://localhost:3000/"
ACME = "org_100000000000000001"
SCOPES = ["openid", "profile", "email", "offline_access"]


@pytest.fixture(scope="session")
def inbox_server():
    inbox = Inbox()
    yield inbox
    inbox.stop()


@pytest.fixture(scope="session")
def emulator_process(inbox_server):
    emulator = Emulator(
        *("--redirect-uri", CALLBACK),
        *("--initiate-login-uri", "http://localhost:3000/auth/login"),
        *("--webhook", inbox_server.url),
    )
    yield emulator
    emulator.stop()


@pytest.fixture
def emulator(emulator_process):
    emulator_process.reset()
    return emulator_process


@pytest.fixture
def inbox(emulator, inbox_server):
    inbox_server.clear()
    return inbox_server


@pytest.fixture
def application(emulator):
    return Application(emulator)


@pytest.fixture(scope="session")
def secure_emulator_process():
    emulator = Emulator("--redirect-uri", CALLBACK, *certified())
    yield emulator
    emulator.stop()


@pytest.fixture
def secure_application(secure_emulator_process):
    """Over TLS."""
    secure_emulator_process.reset()
    return Application(secure_emulator_process)


class Application:
    """What an application does with the SDK."""

    def __init__(self, emulator):
        self.emulator = emulator
        self.client = ScalekitClient(emulator.url, emulator.client_id, emulator.client_secret)

    def authorization_url(self, **settings):
        options = AuthorizationUrlOptions()
        options.scopes = SCOPES
        options.state = "st-1"
        for name, value in settings.items():
            setattr(options, name, value)
        return self.client.get_authorization_url(CALLBACK, options)

    def code(self, email=ADA, browser=None, **settings):
        callback = (browser or Browser()).sign_in(self.authorization_url(**settings), email)
        assert callback.startswith(CALLBACK), callback
        return query(callback)["code"]

    def exchange(self, code):
        return self.client.authenticate_with_code(code, CALLBACK, CodeAuthenticationOptions())

    def sign_in(self, email=ADA, browser=None, **settings):
        return self.exchange(self.code(email, browser, **settings))

    def refuses(self, token, **options):
        """What is wrong with a token; both ways to validate must agree."""
        options = TokenValidationOptions(**options) if options else None
        if self.client.validate_access_token(token, options):
            return None
        with pytest.raises(Exception) as error:
            self.client.validate_token(token, options)
        return type(error.value).__name__
