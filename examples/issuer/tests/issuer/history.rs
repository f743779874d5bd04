//! Any history: whatever is asked, in whatever order and by whomever, the balances sum to zero, nobody but an owner is
//! below zero, and no owner is below its limit.

use proptest::prelude::*;
use tallystick::artefact::{Order, Role};
use tallystick::keys::Digest;

use super::people::{Person, order, role_grant, sign};
use super::town::Town;

#[derive(Debug, Clone)]
enum Step {
    Pay {
        from: usize,
        to: usize,
        amount: i64,
    },
    /// Pays back some of an earlier payment.
    Refund {
        which: usize,
        amount: i64,
    },
    /// Sends an earlier order again.
    Again {
        which: usize,
    },
    /// Another limit for the second owner.
    Limit {
        limit: i64,
    },
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0..4_usize, 0..4_usize, 1..400_i64).prop_map(|(from, to, amount)| Step::Pay { from, to, amount }),
        2 => (any::<usize>(), 1..200_i64).prop_map(|(which, amount)| Step::Refund { which, amount }),
        2 => any::<usize>().prop_map(|which| Step::Again { which }),
        1 => (0..600_i64).prop_map(|limit| Step::Limit { limit }),
        1 => Just(Step::Restart),
    ];
    proptest::collection::vec(step, 1..30)
}

async fn live(steps: Vec<Step>) {
    let mut town = Town::start().await;
    let people = [town.person("a").await, town.person("b").await, town.person("c").await];
    let second = &people[0];
    let everyone = |town: &Town, index: usize| -> (Digest, Person) {
        let name = if index == 0 { "owner" } else { ["a", "b", "c"][index - 1] };
        let person = Person::new(name);
        assert!(index != 0 || person.account == town.owner.account);
        (Digest::new([0; 32]), person)
    };
    let mut orders: Vec<tallystick::artefact::Signed<Order>> = Vec::new();
    let mut answers: Vec<Vec<u8>> = Vec::new();
    let mut limit = 0;
    for step in steps {
        match step {
            Step::Pay { from, to, amount } => {
                let (from, to) = (everyone(&town, from).1, everyone(&town, to).1);
                let (order, answer) = town.order(&from, &to, amount).await;
                let member = if answer.has("receipt") { "receipt" } else { "refusal" };
                orders.push(order);
                answers.push(answer.bytes(member));
            }
            Step::Refund { which, amount } if !orders.is_empty() => {
                let paid = orders[which % orders.len()].clone();
                let find = |account| {
                    (0..4).map(|index| everyone(&town, index).1).find(|person| person.account == account)
                };
                let (from, to) = (find(paid.body().payee).unwrap(), find(paid.body().payer).unwrap());
                let refund =
                    Order { repays: Some(paid.hash()), ..order(town.issuer, &from, &to, amount, town.now()) };
                town.submit(&sign(&refund, &from.key)).await.ok();
            }
            Step::Again { which } if !orders.is_empty() => {
                let which = which % orders.len();
                let answer = town.submit(&orders[which]).await;
                let member = if answer.has("receipt") { "receipt" } else { "refusal" };
                assert_eq!(answer.bytes(member), answers[which], "the same bytes, the same answer");
            }
            Step::Limit { limit: new } => {
                let grant = role_grant(town.issuer, second, Role::Owner, Some(new), town.now());
                if town.grant(&grant, &town.business.key).await.status == 200 {
                    limit = new;
                }
            }
            Step::Restart => {
                town.kill().await;
                town.resume().await;
            }
            Step::Refund { .. } | Step::Again { .. } => {}
        }
        town.assert_sums_to_zero().await;
        assert!(town.balance(second).await >= -limit);
        for person in &people[1..] {
            assert!(town.balance(person).await >= 0, "{}", person.name);
        }
        assert!(town.balance(&town.owner).await >= -1_000_000);
    }
    town.stop().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_sums_to_zero(steps in steps()) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(live(steps));
    }
}
