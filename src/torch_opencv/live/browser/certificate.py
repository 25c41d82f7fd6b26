"""Certificates: one of our own, signed by itself and kept in the user's folder, or one that the user names.

Nobody vouches for one that is signed by itself, so browsers warn of it once; who wants to be sure compares its
fingerprint with the printed one.
"""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
import os
import ssl
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from torch_opencv._system.files import atomic_write
from torch_opencv.live.errors import ViewError
from torch_opencv.weights import home

if TYPE_CHECKING:
    from cryptography import x509

_LIFE = datetime.timedelta(days=365)  # Apple's devices take none that lives for more than 398 days
_RENEWED_BEFORE = datetime.timedelta(days=30)
_SKEW = datetime.timedelta(days=1)  # between this machine's clock and a visitor's


def own_certificate(names: Collection[str]) -> Path:
    """The certificate of our own with its key, in one file: the one that is kept, as long as it serves, or a new one.

    It serves for 30 days more at least, and for all of ``names``.

    Args:
        names: host names and addresses of this machine.

    Raises:
        ViewError: it can't be kept.

    """
    file = home() / "https" / "certificate-and-key.pem"
    if not _serves(file, names):
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with atomic_write(file) as part:
                part.chmod(0o600)  # before the key is in it
                part.write_bytes(_make(names))
        except OSError as error:
            raise ViewError(
                f"the certificate can't be kept in {file.parent}: {error.strerror}; give one of your own (--cert, "
                "--key), or name a folder that you can write to in TORCH_OPENCV_HOME"
            ) from None
    return file


def tls_context(certificate: Path, key: Path | None = None) -> ssl.SSLContext:
    """What a server needs to speak TLS.

    Args:
        certificate: a PEM file: the certificate, what else is in its chain, and perhaps the key.
        key: a PEM file with the key, if that is in a file of its own.

    Raises:
        ViewError: they can't be read, or don't fit each other.

    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except ssl.SSLError as error:
        if "KEY_VALUES_MISMATCH" in str(error):
            raise ViewError(f"{key or certificate} isn't the key of the certificate in {certificate}") from None
        files = " and ".join(str(file) for file in (certificate, key) if file)
        raise ViewError(
            f"{files} can't be used: --cert and --key take PEM files, a certificate with its chain and its key without "
            "a password"
        ) from None
    except OSError as error:
        file = certificate if not key or not _is_readable(certificate) else key
        raise ViewError(f"{file} can't be read: {error.strerror}") from None
    return context


def fingerprint(certificate: Path) -> str:
    """The SHA-256 fingerprint of a certificate file's first certificate, as browsers show it: 32 bytes, in hex."""
    text = certificate.read_text(errors="replace")
    end = "-----END CERTIFICATE-----"
    pem = text[text.index("-----BEGIN CERTIFICATE-----") : text.index(end) + len(end)]
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest().hex(" ").upper()


def _make(names: Collection[str]) -> bytes:
    """A certificate and its key, PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    alternatives = [_general_name(name) for name in sorted(set(names))]
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "torch-opencv on this machine")])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + _LIFE)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    certificate = builder.sign(key, hashes.SHA256())
    return certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _general_name(name: str) -> x509.GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name.partition("%")[0]))
    except ValueError:
        return x509.DNSName(name)


def _serves(file: Path, names: Collection[str]) -> bool:
    """Whether a file holds a certificate of ours for these names that is still valid for long enough."""
    from cryptography import x509

    try:
        if os.name == "posix" and file.stat().st_mode & 0o077:
            return False  # others can read the key
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
        covered = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        tls_context(file)
    except (OSError, ValueError, x509.ExtensionNotFound, ViewError):
        return False
    now = datetime.datetime.now(datetime.timezone.utc)
    valid = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc - _RENEWED_BEFORE
    return valid and {_general_name(name) for name in names} <= set(covered)


def _no_password() -> str:
    """OpenSSL would ask at the terminal for the password of a key that has one."""
    return ""


def _is_readable(file: Path) -> bool:
    try:
        with file.open("rb"):
            return True
    except OSError:
        return False
