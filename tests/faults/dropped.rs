//! The future is dropped wherever it waits. Inside a message that is done over a narrower stream, beside the code.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use super::*;

/// What the future gives, or nothing when it has waited so often.
async fn polled<T>(times: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut left = times;
    std::future::poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// Drops after one more wait each time, until there is nothing left to wait for. Gives how often it was dropped.
async fn everywhere(script: &Script, order: &Order) -> usize {
    let mut tester = Tester::new().await;
    let before = tokio::runtime::Handle::current().metrics();
    for times in 0.. {
        tester.elsewhere().await;
        let submitter = tester.submitter(script, order);
        let running = tester.server.play(script);
        let copies = order.copies.iter().map(|(to, bytes)| (to, &bytes[..]));
        let sending = submitter.send_copies(copies.collect());
        let result = polled(times, sending).await;
        let ledger = running.finish().await;
        // The server's task is finished and the client must not have left one.
        assert_eq!(before.num_alive_tasks(), 0);
        let came = result.as_ref().map_or(Came::Dropped, Came::Result);
        if let Err(problem) = reconcile::check(script, order, &ledger, came, false) {
            panic!("{problem}\nafter {times} waits\n{:#?}", ledger.exchanges);
        }
        match result {
            Some(result) => {
                assert!(result.unwrap().all_accepted());
                return times;
            }
            None => continue,
        }
    }
    unreachable!()
}

#[tokio::test]
async fn dropped_at_every_wait_nothing_is_half_sent() {
    let few = order(&[2, 1]);
    let plain = everywhere(&Script::new(Mode::Plain), &few).await;
    assert!(plain > 12, "{plain}");
    let mut split = Script::new(Mode::Plain);
    split.split = true;
    let split = everywhere(&split, &few).await;
    assert!(split > 100, "{split}");
}

#[tokio::test]
async fn dropped_at_every_wait_of_tls() {
    let few = order(&[2, 1]).with_credentials();
    for mode in [Mode::StartTls, Mode::Tls] {
        let count = everywhere(&Script::new(mode), &few).await;
        assert!(count > 10, "{count}");
    }
}
