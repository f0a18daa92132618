//! Where files are printed: beside the threads that answer requests, a few at once, each
//! within bounds. A file beyond them is refused, never cut.

use crate::{Refusal, UseCaseError};
use rights::Format;
use std::{num::NonZero, sync::Arc, thread, time::Duration};
use tokio::{sync::Semaphore, task, time};

/// What one file may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrintBounds {
    /// From the permit to the last byte, the wait for a place included; the request that
    /// waits is answered after this.
    pub time: Duration,
    pub bytes: usize,
}

impl PrintBounds {
    const MB: usize = 1_000_000;

    /// Pages are read by people: ten megabytes are some thousand of them. Tables are read
    /// by programs.
    pub const fn of(format: Format) -> Self {
        match format {
            Format::Pdf => Self { time: Duration::from_secs(15), bytes: 10 * Self::MB },
            _ => Self { time: Duration::from_secs(10), bytes: 30 * Self::MB },
        }
    }
}

/// Cheap to clone; all clones share the places.
#[derive(Clone, Debug)]
pub(crate) struct Press {
    places: Arc<Semaphore>,
    bounds: fn(Format) -> PrintBounds,
}

impl Default for Press {
    /// As many files at once as there are processors: printing does nothing but compute.
    fn default() -> Self {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        Self { places: Arc::new(Semaphore::new(processors)), bounds: PrintBounds::of }
    }
}

impl Press {
    pub fn with_bounds(self, bounds: fn(Format) -> PrintBounds) -> Self {
        Self { bounds, ..self }
    }

    /// What `print` gives, within the bounds of `format`. What takes too long goes on in
    /// its thread and keeps its place until it ends, so that those never pile up.
    ///
    /// # Errors
    /// [`Refusal::ExportTooSlow`], [`Refusal::ExportTooLarge`], those of `print`.
    pub async fn print<T: Send + 'static>(
        &self,
        format: Format,
        print: impl FnOnce() -> Result<T, UseCaseError> + Send + 'static,
        length: impl FnOnce(&T) -> usize,
    ) -> Result<T, UseCaseError> {
        let bounds = (self.bounds)(format);
        let places = Arc::clone(&self.places);
        let printed = async {
            let place = places.acquire_owned().await;
            task::spawn_blocking(move || {
                let _place = place;
                print()
            })
            .await
            .map_err(|error| UseCaseError::Internal(error.to_string()))?
        };
        let file = time::timeout(bounds.time, printed).await.map_err(|_| {
            tracing::warn!(format = format.id(), "a file took too long to print");
            Refusal::ExportTooSlow
        })??;
        if length(&file) > bounds.bytes {
            return Err(Refusal::ExportTooLarge.into());
        }
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(time_ms: u64, bytes: usize) -> Press {
        // A function, so that its bounds are constants.
        let bounds: fn(Format) -> PrintBounds = match (time_ms, bytes) {
            (50, 3) => |_| PrintBounds { time: Duration::from_millis(50), bytes: 3 },
            _ => PrintBounds::of,
        };
        Press::default().with_bounds(bounds)
    }

    #[tokio::test]
    async fn a_file_within_its_bounds_is_given_and_one_beyond_is_refused() {
        let print = async |file: &'static str| {
            press(50, 3).print(Format::Csv, move || Ok(file), |file| file.len()).await
        };
        assert_eq!(print("abc").await.unwrap(), "abc");
        let refused = print("abcd").await;
        assert!(matches!(refused, Err(UseCaseError::Refused(Refusal::ExportTooLarge))));
    }

    #[tokio::test]
    async fn a_file_that_takes_too_long_is_refused_and_keeps_its_place_until_it_is_done() {
        let press = press(50, 3);
        let places = press.places.available_permits();
        let (done, wait) = std::sync::mpsc::channel::<()>();
        let slow = move || {
            let _ = wait.recv();
            Ok("abc")
        };
        let refused = press.print(Format::Pdf, slow, |file| file.len()).await;
        assert!(matches!(refused, Err(UseCaseError::Refused(Refusal::ExportTooSlow))));
        assert_eq!(press.places.available_permits(), places - 1);
        drop(done);
        let free = async {
            while press.places.available_permits() < places {
                time::sleep(Duration::from_millis(5)).await;
            }
        };
        time::timeout(Duration::from_secs(10), free).await.unwrap();
    }

    #[test]
    fn the_bounds_are_those_of_the_domain_reference() {
        // portfolio.md, section 7: PDF 15 s, 10 MB; CSV and XLSX 10 s, 30 MB.
        let bounds = |format| {
            let PrintBounds { time, bytes } = PrintBounds::of(format);
            (time.as_secs(), bytes)
        };
        assert_eq!(bounds(Format::Pdf), (15, 10_000_000));
        for format in [Format::Csv, Format::Xlsx] {
            assert_eq!(bounds(format), (10, 30_000_000));
        }
    }
}
