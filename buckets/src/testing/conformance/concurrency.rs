//! Many at once: no reader sees a mix, no condition is passed by two.

use super::behaviour::behaviours;
use super::failure::{Checked, Failure, ensure, same, same_content};
use super::session::{Session, tag};
use crate::body::GetBody;
use crate::error::{Error, ErrorKind};
use crate::operation::{Checksum, Condition, Copy, Delete, List, OperationKind, Put};

behaviours! { "concurrency" {
    of_many_creators_one_wins: PUT GET CONDITIONS;
    of_many_copies_one_wins: PUT GET COPY CONDITIONS;
    of_many_replacers_one_wins: PUT GET CONDITIONS;
    counting_with_if_match_loses_nothing: PUT GET CONDITIONS;
    readers_never_see_a_mix: PUT GET;
    the_answer_always_fits_the_content: PUT GET;
    writers_of_other_keys_do_not_disturb_each_other: PUT GET;
    a_list_during_writes_tells_whole_objects: PUT LIST;
    puts_and_deletes_leave_a_whole_object_or_none: PUT GET DELETE;
    a_reader_from_before_an_overwrite_sees_the_old_object_or_an_error: PUT GET;
    a_reader_from_before_a_delete_sees_the_old_object_or_an_error: PUT GET DELETE;
}}

/// How often each task repeats: enough to meet the others, few enough for a store across a network.
const ROUNDS: u64 = 10;

async fn of_many_creators_one_wins(session: &Session) -> Checked {
    for round in 0..4 {
        let key = session.key(&format!("object-{round}"))?;
        let attempts = (0..session.options().tasks as u64).map(|label| {
            let (session, key) = (session.clone(), key.clone());
            let put = Put::new(key, session.content(label, 2000)).with_condition(Condition::if_absent());
            async move { session.call(put).await.map(|_| label) }
        });
        let winner = one_winner(session.together(attempts).await?, ErrorKind::AlreadyExists)?;
        session.holds(&key, &session.content(winner, 2000)).await?;
    }
    Ok(())
}

async fn of_many_copies_one_wins(session: &Session) -> Checked {
    let mut sources = Vec::new();
    for label in 0..session.options().tasks as u64 {
        let source = session.key(&format!("source-{label}"))?;
        session.put(&source, session.content(label, 2000)).await?;
        sources.push(source);
    }
    for round in 0..4 {
        let destination = session.key(&format!("destination-{round}"))?;
        let attempts = sources.iter().zip(0..).map(|(source, label)| {
            let copy = Copy::new(source.clone(), destination.clone()).with_condition(Condition::if_absent());
            let session = session.clone();
            async move { session.call(copy).await.map(|_| label) }
        });
        let winner = one_winner(session.together(attempts).await?, ErrorKind::AlreadyExists)?;
        session.holds(&destination, &session.content(winner, 2000)).await?;
    }
    Ok(())
}

async fn of_many_replacers_one_wins(session: &Session) -> Checked {
    let key = session.key("object")?;
    let old = tag(&session.put(&key, "old").await?)?;
    let attempts = (0..session.options().tasks as u64).map(|label| {
        let put = Put::new(key.clone(), session.content(label, 2000)).with_condition(Condition::if_match(old.clone()));
        let session = session.clone();
        async move { session.call(put).await.map(|_| label) }
    });
    let winner = one_winner(session.together(attempts).await?, ErrorKind::PreconditionFailed)?;
    session.holds(&key, &session.content(winner, 2000)).await
}

fn one_winner(attempts: Vec<Result<u64, Error>>, loss: ErrorKind) -> Result<u64, Failure> {
    let mut winners = Vec::new();
    for attempt in attempts {
        match attempt {
            Ok(label) => winners.push(label),
            Err(error) if error.kind() == loss => {}
            Err(error) => return Err(Failure::from(error).within(&format!("expected losers to see {loss}"))),
        }
    }
    match winners[..] {
        [winner] => Ok(winner),
        _ => Err(Failure::new(format!("{} of the tasks won, expected one", winners.len()))),
    }
}

async fn counting_with_if_match_loses_nothing(session: &Session) -> Checked {
    let key = session.key("counter")?;
    tag(&session.put(&key, "0").await?)?;
    let tasks = session.options().tasks as u64;
    let counters = (0..tasks).map(|_| {
        let (session, key) = (session.clone(), key.clone());
        async move {
            let (mut won, mut lost) = (0, 0);
            while won < ROUNDS {
                match count_up(&session, &key).await? {
                    true => won += 1,
                    false => lost += 1,
                }
                // Each loss is another's win, and there are only so many.
                ensure(lost <= tasks * ROUNDS, "a task lost more often than the others can have won")?;
            }
            Ok::<_, Failure>(())
        }
    });
    session.together(counters).await?.into_iter().collect::<Result<Vec<_>, _>>()?;
    let (_, count) = session.read(&key).await?;
    same("count", &*count, (tasks * ROUNDS).to_string().as_bytes())
}

/// Counts up once; `false` if another task was faster.
async fn count_up(session: &Session, key: &crate::Key) -> Result<bool, Failure> {
    let (meta, content) = session.read(key).await?;
    let count: u64 = str::from_utf8(&content)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| Failure::new("the counter holds no number"))?;
    let put = Put::new(key.clone(), (count + 1).to_string()).with_condition(Condition::if_match(tag(&meta)?));
    match session.call(put).await {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::PreconditionFailed => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn readers_never_see_a_mix(session: &Session) -> Checked {
    let key = session.key("object")?;
    session.put(&key, payload(session, 0)).await?;
    read_while_writing(session, move |session| {
        let key = key.clone();
        async move {
            let fetched = session.get(&key).await?;
            let content = session.collect(fetched.body).await?;
            whole_payload(&session, &content)
        }
    })
    .await
}

async fn the_answer_always_fits_the_content(session: &Session) -> Checked {
    let key = session.key("object")?;
    session.put(&key, payload(session, 0)).await?;
    read_while_writing(session, move |session| {
        let key = key.clone();
        async move {
            let (meta, content) = session.read(&key).await?;
            let fits = meta.checksum.is_none_or(|checksum| checksum == Checksum::of(&content));
            ensure(fits, "the checksum in the answer is another version's")
        }
    })
    .await
}

/// Half of the tasks write payloads to `object`, the others check it.
async fn read_while_writing<F>(session: &Session, check: impl Fn(Session) -> F) -> Checked
where
    F: Future<Output = Checked> + Send + 'static,
{
    type Work = std::pin::Pin<Box<dyn Future<Output = Checked> + Send>>;
    let tasks = session.options().tasks as u64;
    let writers = (0..tasks / 2).map(|task| -> Work {
        let session = session.clone();
        Box::pin(async move {
            for round in 0..ROUNDS {
                session.put(&session.key("object")?, payload(&session, task * ROUNDS + round)).await?;
            }
            Ok(())
        })
    });
    let readers = (tasks / 2..tasks).map(|_| -> Work {
        let checks: Vec<_> = (0..2 * ROUNDS).map(|_| check(session.clone())).collect();
        Box::pin(async move {
            for check in checks {
                check.await?;
            }
            Ok(())
        })
    });
    session.together(writers.chain(readers)).await?.into_iter().collect()
}

/// Content that says which it is, and of a length of its own: `label` in 8 bytes, then what follows from it.
fn payload(session: &Session, label: u64) -> Vec<u8> {
    let mut payload = label.to_le_bytes().to_vec();
    payload.extend_from_slice(&session.content(label, 20_000 + 100 * label as usize));
    payload
}

fn whole_payload(session: &Session, content: &[u8]) -> Checked {
    let label = content.first_chunk().map_or(u64::MAX, |label| u64::from_le_bytes(*label));
    ensure(label < session.options().tasks as u64 * ROUNDS, "the content is none of the stored ones")?;
    same_content("one of the stored contents", content, &payload(session, label))
}

async fn writers_of_other_keys_do_not_disturb_each_other(session: &Session) -> Checked {
    let work = (0..session.options().tasks as u64).map(|task| {
        let session = session.clone();
        async move {
            for round in 0..ROUNDS {
                let key = session.key(&format!("dir/{round}/object-{task}"))?;
                session.put(&key, payload(&session, task)).await?;
                session.holds(&key, &payload(&session, task)).await?;
            }
            Ok(())
        }
    });
    session.together(work).await?.into_iter().collect()
}

async fn a_list_during_writes_tells_whole_objects(session: &Session) -> Checked {
    let tasks = session.options().tasks as u64;
    let sizes: Vec<_> = (0..tasks * ROUNDS).map(|label| payload(session, label).len() as u64).collect();
    session.put(&session.key("object")?, payload(session, 0)).await?;
    read_while_writing(session, move |session| {
        let sizes = sizes.clone();
        async move {
            let page = session.call(List::new(session.prefix("")?)).await?;
            same("objects listed", session.names(&page), vec!["object".to_owned()])?;
            ensure(sizes.contains(&page.objects[0].size), "the list tells a size that no stored content has")
        }
    })
    .await
}

async fn puts_and_deletes_leave_a_whole_object_or_none(session: &Session) -> Checked {
    let key = session.key("dir/object")?;
    let work = (0..session.options().tasks as u64).map(|task| {
        let (session, key) = (session.clone(), key.clone());
        async move {
            for round in 0..ROUNDS {
                if (task + round) % 2 == 0 {
                    session.put(&key, payload(&session, task)).await?;
                } else {
                    session.call(Delete::new(key.clone())).await?;
                }
                match session.get(&key).await {
                    Ok(fetched) => whole_or_error(&session, fetched.body).await?,
                    Err(error) => same("error of a get", error.kind(), ErrorKind::NotFound)?,
                }
            }
            Ok(())
        }
    });
    session.together(work).await?.into_iter().collect()
}

async fn whole_or_error(session: &Session, body: GetBody) -> Checked {
    // An error in the middle is honest; an end there is not, and neither is another content.
    match session.collect(body).await {
        Ok(content) => whole_payload(session, &content),
        Err(_) => Ok(()),
    }
}

async fn a_reader_from_before_an_overwrite_sees_the_old_object_or_an_error(session: &Session) -> Checked {
    let key = session.key("object")?;
    session.put(&key, session.large(1)).await?;
    let mut body = session.get(&key).await?.body;
    let begin = body.next().await.transpose()?.unwrap_or_default();
    session.put(&key, session.large(2)).await?;
    old_or_error(&begin, body, &session.large(1)).await?;
    session.holds(&key, &session.large(2)).await
}

async fn a_reader_from_before_a_delete_sees_the_old_object_or_an_error(session: &Session) -> Checked {
    let key = session.key("object")?;
    session.put(&key, session.large(1)).await?;
    let mut body = session.get(&key).await?.body;
    let begin = body.next().await.transpose()?.unwrap_or_default();
    session.call(Delete::new(key.clone())).await?;
    old_or_error(&begin, body, &session.large(1)).await?;
    if session.supports(OperationKind::Head) {
        session.is_absent(&key).await?;
    }
    Ok(())
}

async fn old_or_error(begin: &[u8], mut body: GetBody, old: &[u8]) -> Checked {
    let mut content = begin.to_vec();
    loop {
        match body.next().await {
            Some(Ok(chunk)) => content.extend_from_slice(&chunk),
            Some(Err(_)) => return ensure(old.starts_with(&content), "the reader saw another object before its error"),
            None => return same_content("what the old reader saw", &content, old),
        }
    }
}
