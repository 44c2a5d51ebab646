from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "colorweb.accounts"
    label = "accounts"
