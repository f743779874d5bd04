import tempfile
import unittest

import tallystick


class OpenSecretStore(tallystick.SecretStore):
    """Keeps no secret at all, which is enough to see that the wallet asks and takes what it gets."""

    def seal(self, name, secret):
        return secret[::-1]

    def unseal(self, name, sealed):
        return sealed[::-1]

    def delete(self, name):
        pass


class WalletTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.settings = tallystick.WalletSettings(folder=folder.name)

    async def test_a_wallet_is_made_opened_again_and_tells_its_balances(self):
        made = await tallystick.create_wallet(self.settings, OpenSecretStore())
        self.assertEqual(len(made.phrase.reveal()), 24)
        self.assertEqual(await made.wallet.balances(), [])
        await made.wallet.shut_down()

        wallet = await tallystick.Wallet.open(self.settings, OpenSecretStore())
        self.assertEqual(await wallet.balances(), [])
        await wallet.shut_down()

    async def test_a_folder_without_a_wallet_is_a_typed_error(self):
        with self.assertRaises(tallystick.WalletError.Storage) as caught:
            await tallystick.Wallet.open(self.settings, OpenSecretStore())
        self.assertEqual(caught.exception.stable_code(), "wallet_absent")


if __name__ == "__main__":
    unittest.main()
