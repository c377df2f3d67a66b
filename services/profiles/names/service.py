"""RPC method for names of clients and specialists."""

from __future__ import annotations

from chassis.rpc.server import rpc
from contracts.profiles import names as contract
from contracts.profiles.names import ClientName, NamesWanted, SpecialistName
from services.profiles import dependencies
from services.profiles.names.queries import client_names, specialist_names
from services.profiles.specialists import photos


class Names:
    store = dependencies.store
    caller = dependencies.caller

    @rpc
    def names_of(self, wanted: NamesWanted) -> contract.Names:
        """Names of people who share a consultation or a wait with the caller, or whose consultation
        the caller, an admin, decides about.

        Profiles can't check that: the gateway asks for the ids in an answer of booking, which has
        checked the caller, and has no endpoint that asks for other ids.
        """
        self.caller.known()
        with self.store.reading() as session:
            return contract.Names(
                clients=[
                    ClientName(id=id, display_name=name)
                    for id, name in client_names(session, wanted.clients)
                ],
                specialists=[
                    SpecialistName(id=id, display_name=name, photo=photos.urls_of(photo))
                    for id, name, photo in specialist_names(session, wanted.specialists)
                    if name
                ],
            )
