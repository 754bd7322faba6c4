"""Logging out, with the browser."""

from scalekit.common.scalekit import LogoutUrlOptions

from browser import Browser, query
from conftest import HOME


def test_get_logout_url_leads_to_the_post_logout_address(application):
    browser = Browser()
    tokens = application.sign_in(browser=browser)
    url = application.client.get_logout_url(LogoutUrlOptions(tokens["id_token"], HOME, "s 1"))
    assert url.startswith(f"{application.emulator.url}/oidc/logout?")
    address = browser.location(url)
    assert address.startswith(HOME)
    assert query(address) == {"state": "s 1"}


def test_get_logout_url_ends_the_session_of_the_browser(application):
    browser = Browser()
    tokens = application.sign_in(browser=browser)
    browser.location(application.client.get_logout_url(LogoutUrlOptions(tokens["id_token"], HOME)))
    callback = browser.location(application.authorization_url(prompt="none"))
    assert query(callback)["error"] == "login_required"


def test_get_logout_url_without_options_shows_a_page(application):
    browser = Browser()
    application.sign_in(browser=browser)
    url = application.client.get_logout_url(LogoutUrlOptions())
    assert url == f"{application.emulator.url}/oidc/logout?"
    assert browser.open(url).status_code == 200


def test_get_logout_url_to_a_stranger_is_refused(application):
    browser = Browser()
    tokens = application.sign_in(browser=browser)
    url = application.client.get_logout_url(LogoutUrlOptions(tokens["id_token"], "https://evil.example/"))
    assert browser.open(url).status_code == 400
    assert application.client.refresh_access_token(tokens["refresh_token"])
