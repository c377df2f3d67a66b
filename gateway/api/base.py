"""Base of every part of the API: the RPC clients of the services."""

from chassis.rpc.requester import rpc_client
from contracts.rpc.booking import Booking
from contracts.rpc.content import Content
from contracts.rpc.notifications import Notifications
from contracts.rpc.profiles import Profiles


class Api:
    profiles = rpc_client(Profiles)
    booking = rpc_client(Booking)
    notifications = rpc_client(Notifications)
    content = rpc_client(Content)
