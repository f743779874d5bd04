import pathlib
import subprocess
import sys
import tempfile
import unittest

import tallystick
from scenario import Town

PROGRAM = pathlib.Path(__file__).resolve().parents[3] / "examples/hello-python/hello.py"


class HelloTest(unittest.TestCase):
    def setUp(self):
        self.town = Town()
        self.addCleanup(self.town.close)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_hello(self, *arguments):
        command = [sys.executable, str(PROGRAM), *map(str, arguments)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def test_it_adds_a_currency_scans_pays_and_prints_the_receipt(self):
        shop = self.town.tell({"do": "shop", "name": "Bakery", "code": "BUN"})
        asked = self.town.tell({"do": "ask", "shop": "Bakery", "amount": "3.50"})
        picture = self.folder / "code.png"
        picture.write_bytes(tallystick.code_png(asked["link"], tallystick.CodeLevel.SCREEN, 8))

        hello = self.run_hello(self.folder / "phone", shop["link"], picture)
        account = None
        while account is None:
            line = hello.stdout.readline()
            self.assertTrue(line, "it ended early")
            if "account" in line:
                account = line.split()[-1]
        self.town.tell({"do": "fund", "shop": "Bakery", "account": account, "amount": "20"})
        out, err = hello.communicate()
        self.assertEqual(hello.returncode, 0, err)
        self.assertIn("You have 20.00\u00a0BUN", out)
        self.assertIn("Paying 3.50\u00a0BUN to Bakery", out)
        self.assertIn("Paid.", out)
        self.assertIn("▀", out)
        self.assertEqual(self.town.tell({"do": "books", "shop": "Bakery"})["balance"], "3.50")

        # The same code again: the wallet is opened, finds its payment, and pays nothing, however often.
        for _ in range(4):
            again = self.run_hello(self.folder / "phone", shop["link"], picture)
            out, err = again.communicate(timeout=120)
            self.assertEqual(again.returncode, 0, err)
            self.assertEqual(self.town.tell({"do": "books", "shop": "Bakery"})["balance"], "3.50")

    def test_what_is_wrong_is_said_in_words(self):
        # Often, for a thread of the library that is still inside Python when Python stops shows only now and then.
        for _ in range(10):
            hello = self.run_hello(self.folder / "phone", "https://bakery.example/", "x")
            out, err = hello.communicate()
            self.assertEqual(hello.returncode, 1, err)
            self.assertIn("link: ", err)
            self.assertNotIn("Traceback", err)


if __name__ == "__main__":
    unittest.main()
