import unittest

import scenario


class ScenariosTest(unittest.TestCase):
    """The shared scenarios, a test each."""


def test_of(file):
    return lambda self: scenario.run(file)


for file in sorted(scenario.FOLDER.glob("*.json")):
    setattr(ScenariosTest, f"test_{file.stem}", test_of(file))

if __name__ == "__main__":
    unittest.main()
