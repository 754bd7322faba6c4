"""A person with a browser, at the hosted pages of the emulator."""

from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import requests

ADA = "ada@acme.example"
BOB = "bob@acme.example"
SAM = "sam@two.example"


class Browser:
    """Keeps cookies, and follows redirects one at a time."""

    def __init__(self):
        self._session = requests.Session()
        self._session.headers["user-agent"] = "Person/1.0"

    def open(self, url):
        return self._session.get(url, allow_redirects=False, timeout=10)

    def location(self, url):
        """Where the page sends the browser."""
        return follow(self.open(url))

    def sign_in(self, url, email):
        """Chooses a person on the sign-in page, and says where the browser ends up."""
        page = self.open(url)
        if page.is_redirect:
            return follow(page)
        return self.submit(page, "/login", email=email)

    def submit(self, page, path, **fields):
        """Sends a form of a hosted page; the answer is the next page or where it leads."""
        answer = self._session.post(
            urljoin(page.url, path),
            data={"request": hidden_request(page.text), **fields},
            allow_redirects=False,
            timeout=10,
        )
        return follow(answer) if answer.is_redirect else answer

    def cookie(self, name):
        return self._session.cookies.get(name)

    def keep(self, name, value):
        self._session.cookies.set(name, value, domain="localhost.local", path="/")


def follow(answer):
    assert answer.is_redirect, f"{answer.status_code} {answer.text}"
    return urljoin(answer.url, answer.headers["location"])


def query(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query, strict_parsing=True).items()}


def hidden_request(html):
    class Forms(HTMLParser):
        request = None

        def handle_starttag(self, tag, attributes):
            attributes = dict(attributes)
            if tag == "input" and attributes.get("name") == "request":
                self.request = attributes["value"]

    forms = Forms()
    forms.feed(html)
    assert forms.request, f"no form on this page: {html}"
    return forms.request
