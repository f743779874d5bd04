@_exported import TallystickBindings
