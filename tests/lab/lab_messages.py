"""What the lab's server sends to a page, read again for tests."""

import json
import struct
from typing import Any

import numpy as np


def read_message(message: str | bytes) -> dict[str, Any]:
    """Give a message's fields; of a binary one the arrays beside them."""
    if isinstance(message, str):
        return json.loads(message)
    (length,) = struct.unpack_from("<I", message)
    head = json.loads(message[4 : 4 + length])
    at, arrays = 4 + length, []
    for described in head.pop("arrays"):
        assert at % 8 == 0
        dtype, size = np.dtype(described["type"]).newbyteorder("<"), int(np.prod(described["shape"]))
        arrays.append(np.frombuffer(message, dtype, size, at).reshape(described["shape"]))
        at += -(-size * dtype.itemsize // 8) * 8
    assert at == len(message)
    return {**head, "arrays": arrays}
