//! Signed reads (protocol §1.3).

use serde_json::json;

use crate::case::Case;
use crate::client::{Answer, Call, base64};
use crate::http_signature::{self, Draft};
use crate::outcome::{Check, broken, hold, same};
use crate::people::{Person, new_key};

rules! {
    Together "read.signed" "1.3" signed: "A read signed by the account's founding key is answered.";
    Together "read.unsigned" "1.3" unsigned: "A read without a signature is `401 not_authorised`.";
    Together "read.bad_signature" "1.3" bad_signature: "A signature that does not fit is `401 bad_signature`.";
    Together "read.target" "1.3" target: "A signature for another method, host or address does not fit.";
    Together "read.stranger" "1.3" stranger: "A key that may not view the account is told `not_authorised`.";
    Together "read.clock" "1.3" clock: "A `created` further than 300 seconds from the issuer's clock is `401 clock_skew`, with the time in `now`.";
    Together "read.replayed" "1.3" replayed: "A nonce that the same key used before is `401 signature_replayed`.";
    Together "read.parameters" "1.3" parameters: "Parameters that are missing, more, in another order or of another tag are `400 bad_request`.";
    Together "read.components" "1.3" components: "A signature that covers other components is `400 bad_request`.";
    Together "read.labels" "1.3" labels: "Signatures under other labels are ignored.";
    Together "read.foreign_host" "1.3" foreign_host: "A host that the card does not name is refused.";
    Together "read.content_digest" "1.3" content_digest: "A body must be covered by `content-digest`, and fit it.";
    Together "read.empty_body" "1.3" empty_body: "An empty body is none.";
}

fn path(case: &Case, person: &Person) -> String {
    case.place(&format!("accounts/{}/head", person.account))
}

async fn get(case: &Case, person: &Person, headers: Vec<(String, String)>) -> Check<Answer> {
    case.send(Call { method: "GET".into(), path: path(case, person), headers, body: None }).await
}

fn draft(case: &Case, person: &Person) -> Draft {
    case.draft("GET", &path(case, person), None, &person.key)
}

async fn signed(case: &Case) -> Check {
    let person = case.person().await?;
    let headers = draft(case, &person).sign(&person.key);
    get(case, &person, headers).await?.ok().map(drop)
}

async fn unsigned(case: &Case) -> Check {
    let person = case.person().await?;
    get(case, &person, Vec::new()).await?.problem_with(401, "not_authorised")
}

async fn bad_signature(case: &Case) -> Check {
    let person = case.person().await?;
    // Another key than the one that is named.
    let headers = draft(case, &person).sign(&new_key());
    get(case, &person, headers).await?.problem_with(401, "bad_signature")
}

async fn target(case: &Case) -> Check {
    let (person, other) = (case.person().await?, case.person().await?);
    let good = draft(case, &person);
    let drafts = [
        Draft { path: path(case, &other), ..good.clone() },
        Draft { path: format!("{}?x=1", good.path), ..good.clone() },
        Draft { method: "PUT".into(), ..good.clone() },
        Draft { host: "elsewhere.example".into(), ..good },
    ];
    for draft in drafts {
        get(case, &person, draft.sign(&person.key)).await?.problem_with(401, "bad_signature")?;
    }
    Ok(())
}

async fn stranger(case: &Case) -> Check {
    let (person, stranger) = (case.person().await?, case.person().await?);
    for key in [&stranger.key, &new_key()] {
        let headers = case.draft("GET", &path(case, &person), None, key).sign(key);
        get(case, &person, headers).await?.problem(&["not_authorised"])?;
    }
    Ok(())
}

async fn clock(case: &Case) -> Check {
    let person = case.person().await?;
    // Some seconds to either side are the network's. Into the past a server may see less far: to its start.
    for (moved, is_fresh) in [(0, true), (270, true), (-330, false), (330, false), (-86_400, false)] {
        let draft = Draft { created: case.now() + moved, ..draft(case, &person) };
        let answer = get(case, &person, draft.sign(&person.key)).await?;
        if is_fresh {
            answer.ok()?;
            continue;
        }
        answer.problem_with(401, "clock_skew")?;
        let now = answer.json["now"].as_i64();
        hold(now.is_some_and(|now| now.abs_diff(case.now()) < 60), || format!("`now` is {now:?}"))?;
    }
    Ok(())
}

async fn replayed(case: &Case) -> Check {
    let (person, other) = (case.person().await?, case.person().await?);
    let draft = draft(case, &person);
    let headers = draft.sign(&person.key);
    get(case, &person, headers.clone()).await?.ok()?;
    get(case, &person, headers).await?.problem_with(401, "signature_replayed")?;
    // Signed anew with the same nonce it is the same; from another key it is not.
    let again = Draft { created: draft.created + 1, ..draft.clone() };
    get(case, &person, again.sign(&person.key)).await?.problem_with(401, "signature_replayed")?;
    let others = Draft { keyid: other.key.public_key().to_string(), path: path(case, &other), ..draft };
    get(case, &other, others.sign(&other.key)).await?.ok().map(drop)
}

async fn parameters(case: &Case) -> Check {
    let person = case.person().await?;
    let good = draft(case, &person);
    let parameters = good.parameters();
    let tag = r#";tag="tallystick""#;
    let nonce = format!(r#";nonce="{}""#, good.nonce);
    let others = [
        parameters.replace(tag, ""),
        parameters.replace(tag, r#";tag="other""#),
        parameters.replace(&nonce, ""),
        parameters.replace(&nonce, r#";nonce="AAAA""#),
        format!("{parameters};expires={}", case.now() + 60),
        format!("{};tag=\"tallystick\"{nonce}", parameters.replace(tag, "").replace(&nonce, "")),
        parameters.replace(&format!(";created={}", good.created), ""),
    ];
    for other in others {
        hold(other != parameters, || "the kit changed nothing".into())?;
        let headers = good.sign_with(&other, &person.key);
        get(case, &person, headers).await?.problem_with(400, "bad_request")?;
    }
    Ok(())
}

async fn components(case: &Case) -> Check {
    let person = case.person().await?;
    let good = draft(case, &person);
    let others = [
        good.parameters().replace(r#"("@method" "@target-uri")"#, r#"("@method")"#),
        good.parameters().replace(r#"("@method" "@target-uri")"#, r#"("@target-uri" "@method")"#),
        good.parameters().replace(r#"("@method" "@target-uri")"#, r#"("@method" "@path")"#),
    ];
    for other in others {
        let headers = good.sign_with(&other, &person.key);
        get(case, &person, headers).await?.problem_with(400, "bad_request")?;
    }
    Ok(())
}

async fn labels(case: &Case) -> Check {
    let person = case.person().await?;
    let other = Draft { label: "sig1".into(), ..draft(case, &person) }.sign(&person.key);
    get(case, &person, other.clone()).await?.problem_with(401, "not_authorised")?;
    let both = draft(case, &person).sign(&person.key);
    let both =
        both.into_iter().zip(other).map(|((name, ours), (_, theirs))| (name, format!("{theirs}, {ours}")));
    get(case, &person, both.collect()).await?.ok().map(drop)
}

async fn foreign_host(case: &Case) -> Check {
    let person = case.person().await?;
    let draft = Draft { host: "elsewhere.example".into(), ..draft(case, &person) };
    let mut headers = draft.sign(&person.key);
    headers.push(("host".into(), "elsewhere.example".into()));
    get(case, &person, headers).await?.refuses()
}

async fn content_digest(case: &Case) -> Check {
    let person = case.person().await?;
    let path = case.place(&format!("accounts/{}/list", person.account));
    let body = |fill: u8| json!({ "list": base64(&[fill; 4_096]) }).to_string().into_bytes();
    let put = async |headers: Vec<(String, String)>, body: Vec<u8>| {
        case.send(Call { method: "PUT".into(), path: path.clone(), headers, body: Some(body) }).await
    };
    let good = case.draft("PUT", &path, Some(&body(1)), &person.key);
    // The body that was signed is another one.
    put(good.sign(&person.key), body(2)).await?.problem_with(401, "bad_signature")?;
    // The digest is that of the body, but not what was signed.
    let mut swapped = good.sign(&person.key);
    for (name, value) in &mut swapped {
        if name == "content-digest" {
            *value = http_signature::digest(&body(2));
        }
    }
    put(swapped, body(2)).await?.problem_with(401, "bad_signature")?;
    // The body is not covered at all.
    let uncovered = Draft { digest: None, nonce: http_signature::nonce(), ..good.clone() };
    let answer = put(uncovered.sign(&person.key), body(2)).await?;
    hold(answer.status == 400 || answer.status == 401, || format!("found {}", answer.what()))?;
    let kept =
        case.signed("GET", &format!("accounts/{}/list", person.account), None, &person.key).await?.ok()?;
    hold(!kept.has("list"), || "a list was kept whose signature does not fit".into())?;
    let fresh = Draft { nonce: http_signature::nonce(), ..good };
    put(fresh.sign(&person.key), body(1)).await?.ok()?;
    let kept =
        case.signed("GET", &format!("accounts/{}/list", person.account), None, &person.key).await?.ok()?;
    same("the list", &kept.bytes("list")?, &vec![1; 4_096])
}

async fn empty_body(case: &Case) -> Check {
    let person = case.person().await?;
    let headers = draft(case, &person).sign(&person.key);
    let call = Call { method: "GET".into(), path: path(case, &person), headers, body: Some(Vec::new()) };
    match case.send(call).await?.status {
        200 => Ok(()),
        status => broken(format!("expected an answer, found status {status}")),
    }
}
