"""How large a file may be before it is refused: the one place for these numbers.

They bound memory and time on a file from a stranger, and leave room for networks of a hundred million weights.
"""

LARGEST_JSON = 2**24  # bytes of a .json file; in memory its numbers take up to twelve times as much
MOST_JSON_VALUES = 10**6  # entries of lists and objects in a .json file
LARGEST_ONNX = 2**31 - 1  # bytes of a .onnx file: protobuf's own limit
MOST_ONNX_FIELDS = 200_000  # protobuf fields read from one .onnx file, each of which takes a microsecond or two
MOST_NODES = 10_000  # nodes of one network
MOST_PARAMETERS = 2**27  # weights of one network
MOST_ENTRIES = 2**27  # of the sparse matrices of one network, once its convolutions are written out
MOST_UNITS = 2**23  # of one value
MOST_UNITS_IN_ALL = 2**26  # of all values of one network
MOST_DIMENSIONS = 8  # of one tensor
LONGEST_NAME = 1_000  # bytes of the name of a node or tensor
