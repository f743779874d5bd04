//! What the owner finds in a statement: pure.

use super::super::check::{Known, judge};
use super::super::{IssuerCheck, IssuerFault, Owner};
use super::{owned, signing_key};
use crate::artefact::{Debtor, Grant, GrantGiven, Role, Signed, Statement};
use crate::keys::{AccountId, Digest, IssuerId, SigningKey};
use crate::ledger::ChainState;
use crate::money::Amount;
use crate::wallet::testing::{START, TestWallet};

const PARTNER: AccountId = AccountId::new([0xEE; 16]);

/// An owner who may owe 600 of 1,000, and a partner who may owe 400.
struct Case {
    owner: Owner,
    statement: Statement,
    known: Known,
}

impl Case {
    /// The owner owes 100, the partner 50.
    async fn new(test: &TestWallet) -> Self {
        let issuer = owned(test).await;
        let keys = super::keys(test);
        let owner = test
            .wallet
            .context
            .read(move |connection, cipher| Owner::of(connection, cipher, &keys, &issuer))
            .await
            .unwrap();
        let own = owner.account.account;
        let mut debtors = vec![
            Debtor { account: own, balance: Amount::new(-100), grant: grant(&owner, own, 600) },
            Debtor { account: PARTNER, balance: Amount::new(-50), grant: grant(&owner, PARTNER, 400) },
        ];
        debtors.sort_by_key(|debtor| debtor.account);
        let granted = debtors.iter().map(|debtor| Digest::of(&[&debtor.grant])).collect();
        let before = statement_before(issuer, START - 10);
        let statement = Statement {
            issuer,
            number: 4,
            previous: Some(before.hash()),
            time: START,
            epoch: 0,
            root: Digest::of(&[b"root"]),
            sum: 150,
            debtors,
        };
        let known = Known {
            newest: Some((3, before.hash())),
            before: Some(before),
            granted,
            own: vec![state(&owner, -90), state(&owner, -100)],
        };
        Self { owner, statement, known }
    }

    fn judge(&self) -> IssuerCheck {
        self.judge_signed_by(&signing_key())
    }

    fn judge_signed_by(&self, key: &SigningKey) -> IssuerCheck {
        judge(&self.owner, &Signed::sign(&self.statement, key).unwrap(), &self.known).unwrap()
    }

    fn debtor(&mut self, account: AccountId) -> &mut Debtor {
        self.statement.debtors.iter_mut().find(|debtor| debtor.account == account).unwrap()
    }

    fn own(&self) -> AccountId {
        self.owner.account.account
    }
}

fn statement_before(issuer: IssuerId, time: i64) -> Signed<Statement> {
    let statement = Statement {
        issuer,
        number: 3,
        previous: Some(Digest::of(&[b"statement 2"])),
        time,
        epoch: 0,
        root: Digest::new([0; 32]),
        sum: 0,
        debtors: Vec::new(),
    };
    Signed::sign(&statement, &signing_key()).unwrap()
}

fn state(owner: &Owner, balance: i64) -> ChainState {
    let account = &owner.account;
    ChainState { balance: Amount::new(balance), ..ChainState::genesis(account.issuer, account.account, 0) }
}

fn codes(case: &Case) -> Vec<String> {
    case.judge().faults.iter().map(|fault| fault.code().to_owned()).collect()
}

fn grant(owner: &Owner, account: AccountId, limit: i64) -> Vec<u8> {
    grant_by(owner, &owner.key, account, Role::Owner, limit)
}

fn grant_by(owner: &Owner, key: &SigningKey, account: AccountId, role: Role, limit: i64) -> Vec<u8> {
    let grant = Grant {
        issuer: owner.issuer.record.issuer,
        account,
        given: GrantGiven::Role(role),
        limit: Some(Amount::new(limit)),
        not_after: START - 1,
        signed_at: START - 100,
        nonce: [1; 8],
    };
    Signed::sign(&grant, key).unwrap().bytes().to_vec()
}

#[tokio::test]
async fn a_true_statement_has_no_faults() {
    let test = TestWallet::new().await;
    let case = Case::new(&test).await;
    let check = case.judge();
    assert_eq!(check.faults, []);
    assert_eq!((check.number, check.outstanding, check.own_debt_checked), (4, Amount::new(150), true));
    let own = check.debts.iter().find(|debt| debt.own).unwrap();
    assert_eq!((own.account, own.owed, own.limit), (case.own(), Amount::new(100), Amount::new(600)));
    assert!(check.debts.iter().all(|debt| debt.granted_here));
}

#[tokio::test]
async fn credit_that_no_owner_issued_shows() {
    let test = TestWallet::new().await;
    // The host writes it down as the owner's debt.
    let mut case = Case::new(&test).await;
    let own = case.own();
    case.debtor(own).balance = Amount::new(-107);
    case.statement.sum = 157;
    let differs =
        |stated| IssuerFault::OwnDebtDiffers { stated: Amount::new(stated), proven: Amount::new(-100) };
    assert_eq!(case.judge().faults, [differs(-107)]);

    // As nobody's.
    let mut case = Case::new(&test).await;
    case.statement.sum = 157;
    assert_eq!(codes(&case), ["statement_sum"]);
    case.statement.sum = u128::MAX;
    assert_eq!(codes(&case), ["statement_sum"]);

    // As the debt of someone without a role, or with another.
    for (key, role) in [(signing_key(), Role::Owner), (SigningKey::from_bytes(&[5; 32]), Role::Owner)] {
        let mut case = Case::new(&test).await;
        let bytes = grant_by(&case.owner, &key, PARTNER, role, 400);
        case.debtor(PARTNER).grant = bytes;
        assert_eq!(codes(&case), ["statement_not_granted"]);
    }
    let mut case = Case::new(&test).await;
    let bytes = grant_by(&case.owner, &case.owner.key, PARTNER, Role::Worker, 400);
    case.debtor(PARTNER).grant = bytes;
    assert_eq!(codes(&case), ["statement_not_granted"]);
    let bytes = grant(&case.owner, case.own(), 400);
    case.debtor(PARTNER).grant = bytes;
    assert_eq!(codes(&case), ["statement_not_granted"]);

    // A debt that is hidden.
    let mut case = Case::new(&test).await;
    let own = case.own();
    case.statement.debtors.retain(|debtor| debtor.account != own);
    case.statement.sum = 50;
    assert_eq!(case.judge().faults, [differs(0)]);
}

#[tokio::test]
async fn limits_are_kept() {
    let test = TestWallet::new().await;
    let mut case = Case::new(&test).await;
    case.debtor(PARTNER).balance = Amount::new(-401);
    case.statement.sum = 501;
    assert_eq!(codes(&case), ["statement_beyond_grant"]);
    let bytes = grant(&case.owner, PARTNER, 901);
    case.debtor(PARTNER).grant = bytes;
    case.debtor(PARTNER).balance = Amount::new(-901);
    case.statement.sum = 1_001;
    assert_eq!(codes(&case), ["statement_beyond_limit"]);
    assert!(!case.judge().debts.iter().all(|debt| debt.granted_here));
}

#[tokio::test]
async fn statements_follow_each_other() {
    let test = TestWallet::new().await;
    let mut case = Case::new(&test).await;
    case.statement.previous = Some(Digest::of(&[b"another statement 3"]));
    assert_eq!(codes(&case), ["statement_not_linked"]);
    let mut case = Case::new(&test).await;
    case.known.newest = Some((4, Digest::of(&[b"another statement 4"])));
    assert_eq!(codes(&case), ["statement_out_of_order"]);
    case.known.newest = Some((5, Digest::of(&[b"statement 5"])));
    assert_eq!(codes(&case), ["statement_out_of_order"]);
    let mut case = Case::new(&test).await;
    let before = statement_before(case.statement.issuer, START + 1);
    case.statement.previous = Some(before.hash());
    case.known = Known { newest: Some((3, before.hash())), before: Some(before), ..case.known };
    assert_eq!(codes(&case), ["statement_out_of_order"]);
    // What is not known cannot contradict it.
    let mut case = Case::new(&test).await;
    case.known = Known { newest: None, before: None, ..case.known };
    assert_eq!(codes(&case), Vec::<String>::new());
}

#[tokio::test]
async fn only_a_key_of_the_card_signs_statements() {
    let test = TestWallet::new().await;
    let mut case = Case::new(&test).await;
    let stranger = SigningKey::from_bytes(&[7; 32]);
    assert_eq!(case.judge_signed_by(&stranger).faults, [IssuerFault::NotSigned]);
    case.statement.time = START + 86_400 * 301;
    assert_eq!(codes(&case), ["statement_not_signed"]);
}

#[tokio::test]
async fn a_chain_that_is_too_short_says_nothing() {
    let test = TestWallet::new().await;
    let mut case = Case::new(&test).await;
    let own = case.own();
    case.debtor(own).balance = Amount::new(-107);
    case.statement.sum = 157;
    case.known.own = Vec::new();
    let check = case.judge();
    assert_eq!((check.faults, check.own_debt_checked), (Vec::new(), false));
}
