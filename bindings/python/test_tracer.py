import asyncio
import unittest

import tallystick


class Tracer(unittest.TestCase):
    def test_an_amount_is_read_by_the_core(self):
        self.assertEqual(asyncio.run(tallystick.read_amount("10.50", 2)), "1050")

    def test_what_is_wrong_comes_back_as_a_typed_error(self):
        with self.assertRaises(tallystick.WalletError.InvalidInput) as caught:
            asyncio.run(tallystick.read_amount("ten", 2))
        self.assertEqual(caught.exception.field, "amount")


if __name__ == "__main__":
    unittest.main()
