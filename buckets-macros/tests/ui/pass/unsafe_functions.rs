//! What needs `unsafe` needs it still, and what may be done in an `unsafe fn` still may.
use buckets::instrumented;

/// # Safety
/// `pointer` is good to read.
#[instrumented("ui.sync")]
unsafe fn sync(pointer: *const u8) -> Result<u8, ()> {
    Ok(unsafe { *pointer })
}

/// # Safety
/// `pointer` is good to read.
#[instrumented("ui.async")]
async unsafe fn asynchronous(pointer: *const u8) -> Option<u8> {
    Some(unsafe { *pointer })
}

/// # Safety
/// `pointer` is good to read.
#[instrumented("ui.external")]
pub unsafe extern "C" fn external(pointer: *const u8) -> u8 {
    unsafe { *pointer }
}

#[instrumented("ui.exported")]
#[unsafe(no_mangle)]
pub extern "C" fn buckets_ui_exported(n: u8) -> u8 {
    n + 1
}

fn main() {
    let n = 7;
    assert_eq!(unsafe { sync(&raw const n) }, Ok(7));
    assert_eq!(unsafe { external(&raw const n) }, 7);
    assert_eq!(buckets_ui_exported(1), 2);
    drop(unsafe { asynchronous(&raw const n) });
}
