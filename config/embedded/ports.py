"""A port of the loopback address that nobody listens on."""

import socket


def free_port() -> int:
    """A free port, chosen at random by the kernel."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
