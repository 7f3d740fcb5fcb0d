"""hinges: build, see and repair ReLU networks."""
