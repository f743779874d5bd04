//! Whatever an honest issuer does, its ledger sums to zero, its wallets follow it, and nobody can accuse it.

use proptest::prelude::*;

use super::support::{Kept, Served, Step, cases, follow, run, serve, steps};
use crate::artefact::Signed;
use crate::ledger::follow::{Base, Follower, NoPast, Source};
use crate::ledger::statement::{OwnerAccount, Place, check, check_debts, check_place, states_at};
use crate::ledger::testing::Issuer;
use crate::ledger::{ChainState, FoundingKeys, Standing};
use crate::money::Amount;

fn with_head(issuer: &mut Issuer, account: usize) -> Signed<crate::artefact::Head> {
    issuer.wait(1);
    issuer.head(account)
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn chains_are_followed_from_their_beginning(steps in steps(), page in 1_usize..20) {
        let mut issuer = run(&steps);
        for account in 0..issuer.accounts.len() {
            let head = with_head(&mut issuer, account);
            let knowledge = issuer.knowledge(account);
            let holding = &issuer.accounts[account];
            let first = holding.chains[0].state().epoch;
            let base = Base::empty(issuer.id, holding.id, first);
            let kept = Kept { world: &issuer.world, account: holding.id };
            let served = serve(&issuer, account, &base);
            let (movements, followed) =
                follow(knowledge.known(), &kept, base, &served, page, &head)
                    .unwrap_or_else(|error| panic!("{error}"));
            prop_assert_eq!(movements.len(), served.iter().map(|part| part.items.len()).sum::<usize>());
            prop_assert_eq!(followed.base.state.hash, holding.state().hash);
            prop_assert_eq!(followed.base.state.balance, holding.state().balance);
            // From the very beginning, all that is lost is what the server had never served again.
            let sum: i64 = movements
                .iter()
                .filter(|movement| movement.state.epoch == issuer.epoch)
                .map(|movement| movement.entry.amount.minor())
                .sum();
            prop_assert_eq!(sum, holding.state().balance.minor());
        }
    }

    #[test]
    fn chains_are_followed_from_any_head_to_any_later_one(steps in steps(), page in 1_usize..7) {
        let mut issuer = run(&steps);
        let heads = issuer.world.heads.clone();
        for account in 0..issuer.accounts.len() {
            let last = with_head(&mut issuer, account);
            let knowledge = issuer.knowledge(account);
            let id = issuer.accounts[account].id;
            let kept = Kept { world: &issuer.world, account: id };
            for head in heads.iter().filter(|head| head.body().account == id) {
                let base = Base::of_head(head.clone());
                let served = serve(&issuer, account, &base);
                let (movements, followed) =
                    follow(knowledge.known(), &kept, base, &served, page, &last)
                        .unwrap_or_else(|error| panic!("{error}"));
                // What a restore lost can be told exactly.
                let ours = (head.body().epoch, head.body().sequence);
                let theirs = issuer.accounts[account].chain_of(ours.0).map_or(0, |chain| chain.state().sequence);
                if issuer.epoch == ours.0 || ours.1 == 0 {
                    prop_assert_eq!(followed.hand_back, None);
                } else if let Some(lost) = followed.hand_back {
                    prop_assert!((lost.after_epoch, lost.after_sequence) < ours);
                    prop_assert!(theirs < ours.1);
                } else {
                    prop_assert!(theirs >= ours.1);
                }
                for movement in &movements {
                    match &movement.source {
                        Source::Order(executed) => {
                            prop_assert_eq!(executed.rights.is_some(), movement.entry.amount.is_negative());
                        }
                        Source::Carried => prop_assert_eq!(movement.entry.sequence, 1),
                    }
                }
            }
        }
    }

    #[test]
    fn a_wallet_that_stops_after_any_page_goes_on_from_there(steps in steps(), page in 1_usize..5) {
        let mut issuer = run(&steps);
        let head = with_head(&mut issuer, 0);
        let knowledge = issuer.knowledge(0);
        let mut base = Base::empty(issuer.id, issuer.accounts[0].id, 0);
        for Served { epoch, items } in serve(&issuer, 0, &base.clone()) {
            let mut begins = epoch > base.state.epoch;
            for items in items.chunks(page) {
                let mut follower = Follower::new(knowledge.known(), &NoPast, base);
                if begins {
                    follower.begin_epoch(epoch).unwrap();
                    begins = false;
                }
                follower.page(items).unwrap_or_else(|error| panic!("{error}"));
                base = follower.base().clone();
            }
        }
        let followed = Follower::new(knowledge.known(), &NoPast, base).finish(&head).unwrap();
        prop_assert_eq!(followed.base.state.hash, head.body().chain_hash);
    }

    #[test]
    fn statements_hold_and_every_account_finds_its_place(steps in steps()) {
        let mut issuer = run(&steps);
        issuer.publish();
        let founding = issuer.founding_keys();
        let signing = issuer.knowledge(0).signing;
        for (number, published) in issuer.statements.iter().enumerate() {
            let statement = published.statement.body();
            let previous = number.checked_sub(1).map(|previous| &issuer.statements[previous].statement);
            prop_assert_eq!(check(&published.statement, previous, &founding, &signing), Ok(()));
            for account in 0..issuer.accounts.len() {
                let Some(possible) = possible(&issuer, account, statement.epoch, statement.time) else { continue };
                let proof = issuer.proof(number, account);
                let place = proof.as_ref().map_or(Place::Absent, Place::Proof);
                let id = issuer.accounts[account].id;
                let found = check_place(statement, &id, &possible, place);
                prop_assert!(found.is_ok(), "{found:?} of {possible:?}");
            }
            let Some(possible) = possible(&issuer, 0, statement.epoch, statement.time) else { continue };
            let balances: Vec<Amount> = possible.iter().map(|state| state.balance).collect();
            let owner = OwnerAccount { account: issuer.accounts[0].id, balances };
            prop_assert_eq!(check_debts(statement, &[owner]), []);
        }
    }

    #[test]
    fn whatever_an_honest_server_signs_counts_or_is_contained(steps in steps()) {
        let issuer = run(&steps);
        let signing = issuer.knowledge(0).signing;
        for published in &issuer.statements {
            prop_assert_eq!(signing.standing_of(&published.statement), Standing::Good);
        }
        let restored = steps.iter().any(|step| matches!(step, Step::Restore));
        for (receipt, ..) in issuer.world.receipts.iter().filter(|_| !restored) {
            prop_assert_eq!(signing.standing_of(receipt), Standing::Good);
        }
    }
}

/// The states that a statement of this moment may show.
fn possible(issuer: &Issuer, account: usize, epoch: u32, time: i64) -> Option<Vec<ChainState>> {
    let chain = issuer.accounts[account].chain_of(epoch)?;
    Some(states_at(&chain.states, time).to_vec())
}

#[test]
fn the_model_refuses_what_it_should() {
    use crate::ledger::testing::{Refused, Signer};
    let mut issuer = Issuer::found("bakery");
    let (anna, ben) = (issuer.open(), issuer.open());
    let paid = issuer.pay(0, anna, 100).unwrap();
    assert_eq!(issuer.pay(anna, ben, 101), Err(Refused::InsufficientFunds));
    assert_eq!(issuer.pay(0, anna, 1_000_000), Err(Refused::InsufficientFunds));
    assert_eq!(issuer.pay(anna, anna, 1), Err(Refused::SameAccount));
    let till = issuer.sign_order(anna, ben, 1, Signer::Till(0), None);
    assert_eq!(issuer.submit(&till), Err(Refused::NotAllowed));
    let too_much = issuer.sign_order(anna, 0, 101, Signer::Founding, Some(paid));
    assert_eq!(issuer.submit(&too_much), Err(Refused::RefundExceeds));
    issuer.rekey(anna);
    let stale = issuer.sign_order(anna, ben, 1, Signer::Replaced, None);
    assert_eq!(issuer.submit(&stale), Err(Refused::NotAllowed));
    let late = issuer.sign_order(anna, ben, 1, Signer::Founding, None);
    issuer.wait(121);
    assert_eq!(issuer.submit(&late), Err(Refused::Expired));
    assert!(FoundingKeys::of_account(issuer.accounts[anna].id, None, &issuer.accounts[anna].rekeys).is_ok());
}
