//! The town stays up, for a person to join.

use crate::counter::{Counter, PIN};
use crate::error::DemoError;
use crate::opening::People;
use crate::tell;
use crate::town::{PASSPHRASE, Shop, Town};

/// Prints how to join, and leaves everybody's wallet to the visitor.
pub async fn welcome(
    town: &Town,
    shops: &[Shop],
    people: People,
    counter: &Counter,
) -> Result<(), DemoError> {
    // Only one program at a time can have a wallet open.
    for person in people.all().into_iter().chain(shops.iter().map(|shop| &shop.owner)) {
        person.wallet.close().await?;
    }
    let Some(bakery) = shops.first() else { return Ok(()) };
    let people_anna = people.anna.folder.clone();
    let (berta, ben) = (bakery.owner.folder.display(), people.ben.folder.display());
    let me = town.folder().join("me");
    let me = me.display();
    tell::gap();
    tell::title("The town stays up until you press Ctrl-C. Join it from another terminal:");
    tell::gap();
    tell::verbatim("cargo build -p tallystick-cli && alias tally=$PWD/target/debug/tally");
    tell::verbatim(&format!("export TALLY_PASSPHRASE='{PASSPHRASE}'   # everybody's in this town"));
    tell::gap();
    tell::say("At the bakery's till the next customer is asked to pay. Be Anna, and pay what its code asks:");
    tell::gap();
    let link = counter.wait_for_a_visitor(shops).await?;
    let (anna, picture) = (people_anna.display(), counter.picture.display());
    tell::verbatim(&format!("tally --wallet {anna} scan {picture}"));
    tell::verbatim(&format!("tally --wallet {anna} pay {picture}"));
    tell::gap();
    tell::fact("the till", &format!("{}   PIN {PIN}   (it made its own certificate)", counter.till.url()));
    tell::fact("its code says", &link);
    tell::gap();
    tell::say("Type another amount at the till, and pay it by its link. Or begin from nothing:");
    tell::gap();
    tell::verbatim(&format!("tally --wallet {me} init"));
    tell::verbatim(&format!("tally --wallet {me} add {}", bakery.link));
    tell::gap();
    tell::say("It shows your account. Have Berta, who owns the bakery, give you some of her money:");
    tell::gap();
    tell::verbatim(&format!("tally --wallet {berta} issue YOUR-ACCOUNT 20 --yes --unnamed-ok"));
    tell::verbatim(&format!("tally --wallet {me} balance"));
    tell::gap();
    tell::say("Ask Ben for some, and have him pay by the link that this prints:");
    tell::gap();
    tell::verbatim(&format!("tally --wallet {me} request 5"));
    tell::verbatim(&format!("tally --wallet {ben} pay THE-LINK --yes --unnamed-ok"));
    tell::verbatim(&format!("tally --wallet {me} history"));
    tell::verbatim(&format!("tally --wallet {me} doctor"));
    tell::gap();
    tell::say("The doors of all shops:");
    for shop in shops {
        tell::fact(shop.name, &shop.link);
    }
    tell::fact("the host", town.origin());
    tell::fact("everything", &town.folder().display().to_string());
    Ok(())
}
