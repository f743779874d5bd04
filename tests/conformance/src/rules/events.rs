//! Live events (protocol §5).

use std::time::Duration;

use serde_json::{Value, json};
use tallystick::artefact::{Cancel, Capabilities};

use crate::case::{Case, art, sign};
use crate::client::Call;
use crate::outcome::{Check, SetUp as _, Trouble, broken, hold, same};
use crate::people::Person;
use crate::sse::News;

rules! {
    Together "events.entry" "5" entry: "A payment is told at once, by account, epoch and sequence, and nothing else.";
    Together "events.resume" "5" resume: "`Last-Event-ID` resumes: whatever is newer comes at once, in order.";
    Together "events.without_id" "5" without_id: "Without `Last-Event-ID` a stream begins with what is new.";
    Together "events.authorised" "5" authorised: "A stream is for who may view the account.";
    Together "events.cancel" "5" cancel: "A stream ends when the key's grant is cancelled.";
    Together "events.expiry" "5" expiry: "A stream ends when the key's grant ends.";
    Together "events.comments" "5" comments: "A comment comes at least every 20 seconds.";
}

fn id(case: &Case, sequence: i64) -> String {
    format!("{}.{sequence}", case.scene.card().body().epoch)
}

async fn entry(case: &Case) -> Check {
    let person = case.person().await?;
    let mut events = case.events(person.account, &person.key, None).await?;
    case.pay(&case.scene.owner, &person, 5).await?;
    let (found, data) = events.event().await?;
    same("the id", &found, &id(case, 1))?;
    let data: Value = serde_json::from_str(&data).or_else(|_| broken(format!("no JSON: {data}")))?;
    let expected = json!({
        "account": person.account, "epoch": case.scene.card().body().epoch, "sequence": 1 });
    same("the data", &data, &expected)
}

async fn resume(case: &Case) -> Check {
    let person = case.person().await?;
    for amount in [1, 2, 3] {
        case.pay(&case.scene.owner, &person, amount).await?;
    }
    for after in [0, 1, 2] {
        let mut events = case.events(person.account, &person.key, Some(&id(case, after))).await?;
        for sequence in after + 1..4 {
            same("the id of a resumed event", &events.event().await?.0, &id(case, sequence))?;
        }
    }
    // What comes later follows what was missed.
    let mut events = case.events(person.account, &person.key, Some(&id(case, 2))).await?;
    same("the id of a resumed event", &events.event().await?.0, &id(case, 3))?;
    case.pay(&case.scene.owner, &person, 4).await?;
    same("the id of a new event", &events.event().await?.0, &id(case, 4))
}

async fn without_id(case: &Case) -> Check {
    let person = case.rich(5).await?;
    let mut events = case.events(person.account, &person.key, None).await?;
    case.pay(&case.scene.owner, &person, 4).await?;
    same("the id of the first event", &events.event().await?.0, &id(case, 2))
}

async fn authorised(case: &Case) -> Check {
    let (person, stranger) = (case.person().await?, case.person().await?);
    let (till, _) = case.till(&person, Capabilities::PAY).await?;
    let path = case.place(&format!("accounts/{}/events", person.account));
    for key in [&stranger.key, &till] {
        let headers = case.draft("GET", &path, None, key).sign(key);
        let call = Call { method: "GET".into(), path: path.clone(), headers, body: None };
        let status = case.scene.client.open(&call).await?.status();
        hold(status == 403 || status == 401, || format!("a stranger's stream was answered by {status}"))?;
    }
    let call = Call { method: "GET".into(), path, ..Call::default() };
    let status = case.scene.client.open(&call).await?.status();
    hold(status == 401, || format!("a stream without a signature was answered by {status}"))
}

async fn cancel(case: &Case) -> Check {
    let person: Person = case.person().await?;
    let (till, grant) = case.till(&person, Capabilities::VIEW).await?;
    let mut events = case.events(person.account, &till, None).await?;
    let cancel = Cancel {
        issuer: case.issuer(),
        target: grant.hash(),
        signed_at: case.now(),
        account: person.account,
    };
    let body = json!({ "cancel": art(&sign(&cancel, &person.key)?) });
    case.post("cancels", body).await?.ok().set_up("a grant could not be cancelled")?;
    events.end().await
}

async fn expiry(case: &Case) -> Check {
    let (person, till) = (case.person().await?, crate::people::new_key());
    let mut grant = case.key_grant(person.account, &till, Capabilities::VIEW);
    grant.not_after = case.now() + 3;
    case.grant(&grant, &person.key).await?.ok().set_up("a key could not be granted")?;
    case.events(person.account, &till, None).await?.end().await
}

async fn comments(case: &Case) -> Check {
    if !case.scene.patient {
        return Err(Trouble::NotAsked("it takes up to 25 seconds (`--patient`)".into()));
    }
    let person = case.person().await?;
    let mut events = case.events(person.account, &person.key, None).await?;
    // A second more than the rule, and the network's.
    same("what came", &events.next(Duration::from_secs(24)).await?, &News::Comment)
}
