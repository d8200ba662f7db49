use std::cell::{Cell, RefCell};

/// A thread's turn to deliver an event. It has one at a time, so that a handler that causes events
/// is not called within itself.
pub(super) struct Turn(());

#[derive(Clone, Copy, PartialEq)]
enum State {
    Free,
    Taken,
    /// Taken, and an operation ended meanwhile whose end is still to be told.
    Late,
}

thread_local! {
    static STATE: Cell<State> = const { Cell::new(State::Free) };
    static LATE: RefCell<Vec<LateEnd>> = const { RefCell::new(Vec::new()) };
}

/// Tells of an end that came while a handler had the turn.
type LateEnd = Box<dyn FnOnce()>;

impl Turn {
    /// The turn, unless a handler up the stack has it.
    #[inline]
    pub(super) fn take() -> Option<Self> {
        STATE.with(|state| {
            let free = state.get() == State::Free;
            free.then(|| {
                state.set(State::Taken);
                Self(())
            })
        })
    }

    /// Whether a handler up the stack has the turn.
    #[inline]
    pub(super) fn is_taken() -> bool {
        STATE.get() != State::Free
    }

    /// Has `tell` called when the one who has the turn is done with its event.
    #[cold]
    pub(super) fn defer(tell: LateEnd) {
        // Fails only while the thread is torn down; nobody is told then.
        if LATE.try_with(|late| late.borrow_mut().push(tell)).is_ok() {
            STATE.set(State::Late);
        }
    }

    /// Tells what came late, and whatever that causes in turn.
    #[inline]
    pub(super) fn finish(self) {
        while STATE.get() == State::Late {
            STATE.set(State::Taken);
            for tell in LATE.try_with(RefCell::take).unwrap_or_default() {
                tell();
            }
        }
    }
}

impl Drop for Turn {
    #[inline]
    fn drop(&mut self) {
        STATE.set(State::Free);
    }
}
