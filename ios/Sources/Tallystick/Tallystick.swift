@_exported import TallystickBindings
@_exported import TallystickMoney
