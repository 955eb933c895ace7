"""One tree of exceptions: what a user can cause and mend is an `IonscopeError`, everything else is a bug."""


class IonscopeError(Exception):
    """Base of every error with a message meant for the user: what is wrong, where, and the way out."""


class InputDataError(IonscopeError):
    """A measured file, or an array handed in, that cannot be a spectrum."""


class ConfigError(IonscopeError):
    """A key, value or unit in a configuration or material file that is not allowed."""


class SimulationError(IonscopeError):
    """A cell that cannot be simulated: non-physical property, broken mesh, error bound not reached."""


class ModelFileError(IonscopeError):
    """A trained model's files are missing, truncated, altered or of another version."""


class TrainingError(IonscopeError):
    """Training cannot start or go on: unusable data, a loss that is not a number, a device that is absent."""
