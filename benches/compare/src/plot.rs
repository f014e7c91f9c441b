//! Plots over the size of the message: four panels, both axes logarithmic, text as text.

use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::Failure;
use crate::document::size_name;

/// One kind of work: size in bytes, and a value.
pub struct Panel {
    pub title: String,
    pub ours: Vec<(u64, f64)>,
    pub theirs: Vec<(u64, f64)>,
}

pub use plotters::prelude::SeriesLabelPosition as Legend;

const SIZE: (u32, u32) = (960, 760);
const FONT: &str = "sans-serif";
/// Blue and orange that people who see no difference between red and green tell apart; the marks differ as well.
const OURS: RGBColor = RGBColor(0, 90, 181);
const THEIRS: RGBColor = RGBColor(213, 94, 0);

/// Draws up to four panels into an SVG file.
///
/// The legend stands where no line is: `legend`.
pub fn draw(
    path: &Path,
    title: &str,
    unit: &str,
    legend: Legend,
    panels: &[Panel],
) -> Result<(), Failure> {
    let root = SVGBackend::new(path, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let root = root.titled(title, (FONT, 26))?;
    let range = range(panels).ok_or("nothing to draw")?;
    for (area, panel) in root.split_evenly((2, 2)).iter().zip(panels) {
        draw_panel(area, panel, unit, legend.clone(), &range)?;
    }
    root.present()?;
    Ok(())
}

/// Logarithms (base 2) of the sizes, and the values: the same for all panels, so that they can be compared.
struct Range {
    sizes: std::ops::Range<f64>,
    values: std::ops::Range<f64>,
}

fn range(panels: &[Panel]) -> Option<Range> {
    let points = || {
        panels
            .iter()
            .flat_map(|panel| panel.ours.iter().chain(&panel.theirs))
    };
    let sizes = || points().map(|point| logarithm(point.0));
    let values = || points().map(|point| point.1);
    Some(Range {
        sizes: sizes().reduce(f64::min)? - 0.5..sizes().reduce(f64::max)? + 0.5,
        values: values().reduce(f64::min)? / 1.5..values().reduce(f64::max)? * 1.5,
    })
}

fn logarithm(size: u64) -> f64 {
    (size as f64).log2()
}

fn draw_panel(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    panel: &Panel,
    unit: &str,
    legend: Legend,
    range: &Range,
) -> Result<(), Failure> {
    let mut chart = ChartBuilder::on(area)
        .caption(&panel.title, (FONT, 21))
        .margin(12)
        .x_label_area_size(48)
        .y_label_area_size(68)
        .build_cartesian_2d(range.sizes.clone(), range.values.clone().log_scale())?;
    chart
        .configure_mesh()
        .x_labels(6)
        .x_max_light_lines(1)
        .x_label_formatter(&|exponent| size_name(exponent.exp2().round() as u64))
        .x_desc("message")
        .y_labels(8)
        .y_label_formatter(&|value| format!("{value}"))
        .y_desc(unit)
        .label_style((FONT, 16))
        .axis_desc_style((FONT, 16))
        .light_line_style(RGBColor(235, 235, 235))
        .draw()?;
    let points = |series: &[(u64, f64)]| -> Vec<(f64, f64)> {
        series
            .iter()
            .map(|&(size, value)| (logarithm(size), value))
            .collect()
    };
    let (ours, theirs) = (points(&panel.ours), points(&panel.theirs));
    chart
        .draw_series(LineSeries::new(ours.clone(), OURS.stroke_width(2)))?
        .label("this crate")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 22, y)], OURS.stroke_width(2)));
    chart.draw_series(
        ours.into_iter()
            .map(|point| Circle::new(point, 4, OURS.filled())),
    )?;
    chart
        .draw_series(LineSeries::new(theirs.clone(), THEIRS.stroke_width(2)))?
        .label("OpenSSL")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 22, y)], THEIRS.stroke_width(2)));
    chart.draw_series(
        theirs
            .into_iter()
            .map(|point| TriangleMarker::new(point, 6, THEIRS.filled())),
    )?;
    chart
        .configure_series_labels()
        .position(legend)
        .label_font((FONT, 17))
        .background_style(WHITE.mix(0.9))
        .border_style(RGBColor(160, 160, 160))
        .draw()?;
    Ok(())
}
