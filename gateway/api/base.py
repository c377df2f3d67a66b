"""What every part of the API has at hand: the services."""

from chassis.rpc.client import remote


class Api:
    profiles = remote("profiles")
    booking = remote("booking")
    notifications = remote("notifications")
    content = remote("content")
