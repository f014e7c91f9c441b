//! Welch's t-test over two classes of samples.

/// Which of the two.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Class {
    A,
    B,
}

pub struct Sample {
    pub class: Class,
    pub nanoseconds: f64,
}

/// What is said of one pair.
pub struct Summary {
    /// Of the samples below the 90th percentile of both classes together.
    pub means: [f64; 2],
    /// Of all samples.
    pub t: f64,
    /// The largest of all crops, and of all samples.
    pub cropped: f64,
}

/// Count, mean and sum of squared differences of one class, updated by Welford's method.
#[derive(Clone, Copy, Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn push(&mut self, value: f64) {
        self.count += 1.0;
        let difference = value - self.mean;
        self.mean += difference / self.count;
        self.squares += difference * (value - self.mean);
    }

    /// Square of the standard error of the mean.
    fn error(self) -> f64 {
        self.squares / (self.count - 1.0) / self.count
    }
}

/// Of the samples that took at most `limit`.
fn moments(samples: &[Sample], limit: f64) -> [Moments; 2] {
    let mut both = [Moments::default(); 2];
    for sample in samples.iter().filter(|sample| sample.nanoseconds <= limit) {
        let [a, b] = &mut both;
        match sample.class {
            Class::A => a.push(sample.nanoseconds),
            Class::B => b.push(sample.nanoseconds),
        }
    }
    both
}

/// Positive where A takes longer. 0 where a class has too few samples to say anything.
fn t([a, b]: [Moments; 2]) -> f64 {
    let error = (a.error() + b.error()).sqrt();
    if a.count < 10.0 || b.count < 10.0 || error == 0.0 {
        return 0.0;
    }
    (a.mean - b.mean) / error
}

pub fn summary(samples: &[Sample]) -> Summary {
    let mut sorted: Vec<f64> = samples.iter().map(|sample| sample.nanoseconds).collect();
    sorted.sort_by(f64::total_cmp);
    let percentile = |part: f64| {
        let place = part * (sorted.len() - 1) as f64;
        sorted[place as usize]
    };
    let all = t(moments(samples, f64::INFINITY));
    // The places of dudect: close to each other where the slow ones are.
    let cropped = (1..=100)
        .map(|step| 1.0 - 0.5_f64.powf(f64::from(step) / 10.0))
        .map(|part| t(moments(samples, percentile(part))))
        .fold(
            all,
            |largest, t| if t.abs() > largest.abs() { t } else { largest },
        );
    Summary {
        means: moments(samples, percentile(0.9)).map(|moments| moments.mean),
        t: all,
        cropped,
    }
}
