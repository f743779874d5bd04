//! What a thief finds in the folder of a wallet.

use std::fs;
use std::path::Path;

use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD, HEXLOWER};

use super::super::testing::{START, TestWallet, bread, intent, received};
use crate::event::Event;
use crate::keys::{AccountId, Digest, IssuerId, PublicKey, RequestId, SealingSecret, SecretStore};
use crate::money::Amount;
use crate::operation::SpendingLimits;
use crate::operation::confirm::{Intent, confirm};
use crate::operation::limits::Approval;
use crate::store::tables::act::{self, ActKind, ActRecord};
use crate::store::tables::entry::{self, EntryRecord};
use crate::store::tables::issuer::ISSUERS;
use crate::store::tables::payee::{self, PAYEES, PayeeRecord};
use crate::store::tables::payment::Payment;
use crate::store::tables::request::{self, RequestRecord};
use crate::store::tables::{evidence, keyring, operation, statement};

const ISSUER: &str = "Featherstonehaugh Bakery";
const PAYEE: &str = "Wilhelmina Cholmondeley";
const PAYER: &str = "Marjoribanks";
const MEMO: &str = "for the quincunx of larches";
const AMOUNT: i64 = 8_765_432_109_876;
const PIN: &str = "passphrase 274951";
/// Stands in the open on purpose: a fault of a payment. If the search below finds not even this, it finds nothing.
const CONTROL: &str = "control_in_the_clear";

/// What must not be found, each under a name to report it by.
#[derive(Default)]
struct Needles(Vec<(String, Vec<u8>)>);

impl Needles {
    fn text(&mut self, text: &str) {
        for word in text.split([' ', '/', ':', '.']).filter(|word| word.len() > 4) {
            self.0.push((word.into(), word.into()));
            self.0.push((word.into(), word.to_lowercase().into()));
        }
    }

    /// As they are, and as text in every form that this program writes anywhere.
    fn bytes(&mut self, name: &str, bytes: &[u8]) {
        for form in [
            bytes.to_vec(),
            BASE32_NOPAD.encode(bytes).into(),
            BASE64URL_NOPAD.encode(bytes).into(),
            HEXLOWER.encode(bytes).into(),
        ] {
            self.0.push((name.into(), form));
        }
    }

    fn amount(&mut self, minor: i64) {
        let text = minor.to_string();
        self.0.push((text.clone(), text.clone().into()));
        // With two decimals, as people see it.
        let (whole, cents) = text.split_at(text.len() - 2);
        self.0.push((text.clone(), format!("{whole}.{cents}").into()));
        self.0.push(("amount".into(), minor.to_be_bytes()[1..].to_vec()));
        self.0.push(("amount".into(), minor.to_le_bytes()[..7].to_vec()));
    }
}

/// The files of a folder, read once. Bytes stand as characters of the same number, for text is searched much faster.
struct Files(Vec<(String, String)>);

impl Files {
    fn of(folder: &Path) -> Self {
        let read = |file: fs::DirEntry| {
            (file.file_name().into_string().unwrap(), Self::characters(&fs::read(file.path()).unwrap()))
        };
        Self(fs::read_dir(folder).unwrap().map(|file| read(file.unwrap())).collect())
    }

    fn characters(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| char::from(*byte)).collect()
    }

    /// Which of them hold this.
    fn holding(&self, needle: &[u8]) -> Vec<&str> {
        let needle = Self::characters(needle);
        self.0.iter().filter(|(_, text)| text.contains(&needle)).map(|(name, _)| name.as_str()).collect()
    }
}

/// Something in every table.
async fn populate(test: &TestWallet, needles: &mut Needles) -> IssuerId {
    let issuer = test.currency(1, ISSUER, bread(), 3 * AMOUNT).await;
    needles.text(ISSUER);
    needles.text("https://bread.example loaf BREAD");
    needles.bytes("issuer", issuer.as_bytes());
    test.wallet.set_pin(PIN, None).await.unwrap();
    needles.text(PIN);
    let limits =
        SpendingLimits { per_payment: Some(Amount::new(2 * AMOUNT)), per_day: Some(Amount::new(2 * AMOUNT)) };
    test.wallet.set_spending_limits(issuer, limits, None).await.unwrap();
    needles.amount(2 * AMOUNT);
    needles.amount(3 * AMOUNT);

    pay(test, issuer, needles).await;
    let received = receive(test, issuer, needles).await;
    keep_artefacts(test, issuer, received, needles).await;
    issuer
}

/// A payment on its way.
async fn pay(test: &TestWallet, issuer: IssuerId, needles: &mut Needles) {
    let paid = Intent {
        payee_name: Some(PAYEE.into()),
        payee_sealing_key: Some(SealingSecret::from_bytes(&[5; 32]).public_key()),
        amount: Amount::new(AMOUNT),
        memo: Some(MEMO.into()),
        ..intent(issuer, "idempotency-key-of-one-tap", AMOUNT)
    };
    needles.text(PAYEE);
    needles.text(MEMO);
    needles.text("idempotency-key-of-one-tap");
    needles.amount(AMOUNT);
    needles.bytes("payee", paid.payee.as_bytes());
    let known = PayeeRecord {
        issuer,
        account: paid.payee,
        opening: b"the opening of a payee".as_slice().into(),
        rekeys: Vec::new(),
        attestation: None,
        grants: Vec::new(),
        fetched_at: START,
        first_paid_at: None,
        key_when_paid: None,
        name_when_paid: None,
    };
    let row = payee::id(&issuer, &paid.payee);
    test.context()
        .write(move |write| Ok(PAYEES.put(write.transaction, write.cipher, row, &known)?))
        .await
        .unwrap();
    let confirmed = confirm(test.context(), paid, Approval::WithinLimits).await.unwrap();
    needles.bytes("payment", confirmed.operation().record.payment.as_bytes());
    needles.bytes("payer", confirmed.operation().record.payer.as_bytes());
    // Its first bytes are those of every artefact.
    needles.bytes("order", &confirmed.operation().record.order.0[40..64]);
    needles.bytes("sealed memo", &confirmed.operation().record.memo.as_ref().unwrap().0[..24]);
    let key = confirmed.operation().key;
    test.context()
        .write(move |write| {
            operation::begin_attempt(write.transaction, &key, START)?;
            Ok(operation::note_fault(write.transaction, &key, CONTROL, START)?)
        })
        .await
        .unwrap();
}

/// A payment that came in, and the event that tells of it.
async fn receive(test: &TestWallet, issuer: IssuerId, needles: &mut Needles) -> Digest {
    let received = Payment {
        counterpart: AccountId::new(*b"account-of-payer"),
        counterpart_name: Some(PAYER.into()),
        request: Some(RequestId::new(*b"id-of-a-request!")),
        ..received(issuer, 1, START, 7 * AMOUNT)
    };
    needles.text(PAYER);
    needles.amount(7 * AMOUNT);
    needles.bytes("counterpart", received.counterpart.as_bytes());
    needles.bytes("request", b"id-of-a-request!");
    needles.bytes("received", received.payment.as_bytes());
    test.payments(vec![received.clone()]).await;
    test.tell(Event::PaymentReceived {
        issuer,
        payment: received.payment,
        amount: received.amount,
        request: received.request,
    })
    .await;

    received.payment
}

/// One of each of what issuers sign and holders ask.
async fn keep_artefacts(test: &TestWallet, issuer: IssuerId, paid_by: Digest, needles: &mut Needles) {
    for artefact in ["entry", "receipt", "statement", "evidence", "request", "grant", "opening"] {
        needles.bytes(artefact, format!("the {artefact} of a ").as_bytes());
    }
    test.context()
        .write(move |write| {
            let (tx, cipher) = (write.transaction, write.cipher);
            let row = ISSUERS.key(cipher, issuer);
            let record = EntryRecord {
                entry: b"the entry of a chain".to_vec(),
                chain_hash: Digest::new(*b"the hash of the chain, 32 bytes!"),
                order: Vec::new(),
                receipt: b"the receipt of a payment".to_vec(),
                request: Vec::new(),
                memo: Vec::new(),
            };
            entry::put(tx, cipher, &row, 0, 1, &record)?;
            statement::put(tx, cipher, &row, 1, b"the statement of a day")?;
            evidence::put(tx, cipher, &row, START, b"the evidence of a fraud")?;
            let asked = RequestRecord {
                request: RequestId::new(*b"id-of-a-request!"),
                artefact: b"the request of a till".as_slice().into(),
                issuers: vec![issuer],
                link: "https://bread.example/p/LINKOFAREQUEST".into(),
                created_at: START,
                paid_by: vec![paid_by],
                cancelled: false,
            };
            request::put(tx, cipher, &asked)?;
            let granted = ActRecord {
                issuer,
                kind: ActKind::Grant,
                artefact: b"the grant of a role".as_slice().into(),
                hash: Digest::of(&[b"grant"]),
                signed_at: START,
                answer: None,
                refusal: None,
            };
            act::insert(tx, cipher, &row, &granted)?;
            Ok(())
        })
        .await
        .unwrap();
    needles.bytes("chain hash", b"the hash of the chain, 32 bytes!");
    needles.bytes("grant", Digest::of(&[b"grant"]).as_bytes());
    needles.text("LINKOFAREQUEST");
}

/// The secrets, as they are in memory while the wallet is unlocked.
async fn secrets(test: &TestWallet, needles: &mut Needles) {
    let wrapped = test.context().database.read(keyring::get).await.unwrap().unwrap();
    needles.bytes("data key", &test.secrets.unseal("data-key".into(), wrapped).unwrap());
    let keys = test.context().keys().unwrap();
    let seed = keys.newest().unwrap().to_secret();
    needles.bytes("wallet seed", seed.expose());
    needles.bytes("wallet seed", &seed.expose()[4..]);
    let recovery = keys.recovery().to_bytes();
    needles.bytes("recovery keys", &recovery[..PublicKey::LENGTH]);
    needles.bytes("recovery keys", &recovery[..48]);
}

#[tokio::test]
async fn a_thief_with_the_folder_reads_nothing() {
    let test = TestWallet::new().await;
    let mut needles = Needles::default();
    let issuer = populate(&test, &mut needles).await;
    secrets(&test, &mut needles).await;
    assert!(needles.0.iter().all(|(_, needle)| needle.len() >= 5));

    // While open, from the log; when closed, from the database.
    for at in ["wallet.db-wal", "wallet.db"] {
        let files = Files::of(test.folder());
        assert_eq!(files.holding(CONTROL.as_bytes()), [at]);
        for (name, needle) in &needles.0 {
            let found = files.holding(needle);
            assert!(found.is_empty(), "{name} as {needle:?} in {found:?}");
        }
        test.wallet.close().await.unwrap();
    }

    // The owner finds it all again.
    let wallet = super::super::Wallet::open(&test.options).await.unwrap();
    wallet.unlock_with_pin(PIN).await.unwrap();
    let found = wallet.currency(issuer).await.unwrap();
    assert_eq!(found.issuer_name, ISSUER);
    let page = wallet
        .history(super::super::HistoryQuery { text: Some("quincunx".into()), limit: 9, ..Default::default() })
        .await
        .unwrap();
    assert_eq!(page.payments[0].memo.as_deref(), Some(MEMO));
}

#[tokio::test]
async fn what_was_acknowledged_or_removed_is_overwritten() {
    let test = TestWallet::new().await;
    test.wallet.set_pin(PIN, None).await.unwrap();
    test.tell(Event::BalanceChanged { issuer: IssuerId::new([1; 16]) }).await;
    test.wallet.pause().await.unwrap();
    let rows = |table: &str| {
        let file = rusqlite::Connection::open(test.folder().join("wallet.db")).unwrap();
        let mut select = file.prepare(&format!("SELECT value FROM {table}")).unwrap();
        let values = select.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        values.map(|value| value.unwrap()).collect::<Vec<_>>()
    };
    let (event, settings) = (rows("outbox").remove(0), rows("setting"));
    assert_eq!(Files::of(test.folder()).holding(&event), ["wallet.db"]);
    test.wallet.resume().await.unwrap();
    test.wallet.ack(1).await.unwrap();
    test.wallet.remove_pin(PIN).await.unwrap();
    test.wallet.pause().await.unwrap();
    let left = rows("setting");
    let gone: Vec<_> = settings.iter().filter(|value| !left.contains(value)).collect();
    assert_eq!(gone.len(), 1);
    assert!(Files::of(test.folder()).holding(&event).is_empty());
    assert!(Files::of(test.folder()).holding(gone[0]).is_empty());
}
