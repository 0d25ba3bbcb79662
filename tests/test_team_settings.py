"""What a team server is started with: each wrong value is one sentence, and no secret stands in it."""

from __future__ import annotations

import pytest

from payt_mcp.errors import SettingsError
from payt_mcp.settings.team import TeamSettings, public_url

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
GOOD = {
    "PAYT_DATABASE_URL": "postgresql://payt:s3cret@db/payt",
    "PAYT_PUBLIC_URL": "https://payt.company.example",
    "PAYT_KEYS": f"k1:{KEY}",
    "PAYT_OIDC_ISSUER": "https://login.company.example/realms/company/",
    "PAYT_OIDC_CLIENT_ID": "payt-mcp",
}
WRONG = [
    ({"PAYT_KEYS": ""}, "needs PAYT_KEYS"),
    ({"PAYT_KEYS": KEY}, "name:key"),
    ({"PAYT_KEYS": f"k1:{KEY[:-5]}"}, "name:key"),
    ({"PAYT_KEYS": f"k1:{KEY},k1:{KEY}"}, "two keys alike"),
    ({"PAYT_DATABASE_URL": "mysql://payt:s3cret@db/payt"}, "must be a PostgreSQL address"),
    ({"PAYT_PUBLIC_URL": "http://payt.company.example"}, "must begin with https://"),
    ({"PAYT_PUBLIC_URL": "https://payt.company.example/mcp"}, "must have no path"),
    ({"PAYT_PUBLIC_URL": "https://u:s3cret@payt.company.example"}, "plain URL"),
    ({"PAYT_PUBLIC_URL": "https://payt.company.example:x"}, "plain URL"),
    ({"PAYT_OIDC_ISSUER": "ftp://login"}, "plain URL"),
    ({"PAYT_API_TOKEN": "s3cret-token"}, "PAYT_API_TOKEN is for a server of one person"),
    ({"PAYT_APP_APPROVAL": "1"}, "PAYT_APP_APPROVAL is for a server of one person"),
    ({"PAYT_CONFIRM": "code"}, "PAYT_CONFIRM is for a server of one person"),
    ({"PAYT_OIDC_SECRET": "s3cret"}, "PAYT_OIDC_SECRET"),
    ({"PAYT_SMTP_URL": "smtp://u:s3cret@mail.example"}, "set together"),
    ({"PAYT_MAIL_FROM": "payt@acme.example"}, "set together"),
    ({"PAYT_SMTP_URL": "http://u:s3cret@mail.example", "PAYT_MAIL_FROM": "payt@acme.example"}, "PAYT_SMTP_URL must be"),
    ({"PAYT_SMTP_URL": "smtp://", "PAYT_MAIL_FROM": "payt@acme.example"}, "PAYT_SMTP_URL must be"),
    ({"PAYT_SMTP_URL": "smtp://mail.example:x", "PAYT_MAIL_FROM": "payt@acme.example"}, "PAYT_SMTP_URL must be"),
    ({"PAYT_SMTP_URL": "smtp://mail.example", "PAYT_MAIL_FROM": "P <p@acme.example>"}, "PAYT_MAIL_FROM must be"),
]


def test_a_wrong_setting_is_one_sentence_without_a_secret() -> None:
    for change, said in WRONG:
        with pytest.raises(SettingsError) as caught:
            TeamSettings.from_env(GOOD | change)
        assert said in str(caught.value)
        assert "s3cret" not in str(caught.value)
        assert KEY[:-5] not in str(caught.value)
    settings = TeamSettings.from_env(GOOD)
    assert settings.oidc_issuer == "https://login.company.example/realms/company"
    assert "s3cret" not in repr(settings)
    assert KEY not in repr(settings)


def test_a_mail_server_is_read_from_its_address() -> None:
    given = {"PAYT_SMTP_URL": "smtps://payt%40acme:s%2Fcret@mail.example", "PAYT_MAIL_FROM": "payt@acme.example"}
    server = TeamSettings.from_env(GOOD | given).mail
    assert server is not None
    assert (server.host, server.port, server.user, server.is_sealed) == ("mail.example", 465, "payt@acme", True)
    assert server.password is not None
    assert server.password.reveal() == "s/cret"
    assert "s/cret" not in repr(server)


def test_the_public_address_is_the_origin_that_a_browser_writes() -> None:
    same = {
        "https://Payt.Company.example/": "https://payt.company.example",
        "https://payt.company.example:443": "https://payt.company.example",
        "https://payt.company.example:8443": "https://payt.company.example:8443",
        "http://127.0.0.1:80/": "http://127.0.0.1",
        "http://[::1]:8000": "http://[::1]:8000",
    }
    assert {given: public_url(given) for given in same} == same
