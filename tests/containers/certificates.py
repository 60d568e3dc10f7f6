"""An authority of this run's own, and a certificate for the name of each engine, readable for who runs the engine."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import trustme

ENGINE_USER: Final = 999
_PRIVATE: Final = 0o600


def issue(folder: Path, names: Iterable[str]) -> Path:
    """`ca.crt`, and for each name a folder with `tls.crt` and `tls.key`; answers `folder`."""
    authority = trustme.CA()
    folder.mkdir(exist_ok=True)
    authority.cert_pem.write_to_path(str(folder / "ca.crt"))
    for name in names:
        (of_engine := folder / name).mkdir(exist_ok=True)
        issued = authority.issue_cert(name)
        issued.cert_chain_pems[0].write_to_path(str(of_engine / "tls.crt"))
        key = of_engine / "tls.key"
        issued.private_key_pem.write_to_path(str(key))
        key.chmod(_PRIVATE)
        os.chown(key, ENGINE_USER, ENGINE_USER)
    return folder
