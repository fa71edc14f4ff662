package report

import (
	"bytes"
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	_ "gonum.org/v1/plot/vg/vgsvg" // draws the format
)

// widest is where bars end: beyond it nothing is learnt from their length.
const widest = 3.0

var (
	perBar, barWidth = vg.Points(18), vg.Points(10)

	blue   = color.RGBA{0x2f, 0x6f, 0xb0, 0xff}
	orange = color.RGBA{0xd9, 0x6b, 0x1f, 0xff}
	grey   = color.RGBA{0x55, 0x55, 0x55, 0xff}
)

// Plot draws each known figure over its aim as a bar, in SVG: one that reaches
// the line at 1 reaches its aim. Bars of missed aims have another colour.
func Plot(verdicts []Verdict) ([]byte, error) {
	p := plot.New()
	p.BackgroundColor = color.White
	p.Title.Text = "Figure over aim: 1 or more reaches it"
	p.X.Min, p.X.Max = 0, widest
	p.X.Tick.Marker = plot.ConstantTicks{{Value: 0, Label: "0"}, {Value: 0.5, Label: "0.5"}, {Value: 1, Label: "1"}, {Value: 2, Label: "2"}, {Value: widest, Label: "3 or more"}}
	var names []string
	met, missed := plotter.Values{}, plotter.Values{}
	for i := len(verdicts) - 1; i >= 0; i-- { // the first at the top
		v := verdicts[i]
		if !v.Known {
			continue
		}
		// Two digits, so that a redrawn plot differs only where figures do.
		length := math.Round(min(v.OverAim(v.Median), widest)*100) / 100
		reached, short := length, 0.0
		if !v.Met() {
			reached, short = 0, length
		}
		met, missed = append(met, reached), append(missed, short)
		names = append(names, fmt.Sprintf("%s, %s: %s", v.Work, v.Measure, v.Unit.Text(v.Median)))
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("there is nothing to plot")
	}
	for _, bars := range []struct {
		values plotter.Values
		color  color.Color
	}{{met, blue}, {missed, orange}} {
		chart, err := plotter.NewBarChart(bars.values, barWidth)
		if err != nil {
			return nil, err
		}
		chart.Horizontal, chart.Color, chart.LineStyle.Width = true, bars.color, 0
		p.Add(chart)
	}
	line, err := plotter.NewLine(plotter.XYs{{X: 1, Y: -0.6}, {X: 1, Y: float64(len(names)) - 0.4}})
	if err != nil {
		return nil, err
	}
	line.Color, line.Dashes = grey, []vg.Length{vg.Points(3), vg.Points(3)}
	p.Add(line)
	p.NominalY(names...)
	canvas, err := p.WriterTo(11*vg.Inch, vg.Length(len(names))*perBar+vg.Points(70), "svg")
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err = canvas.WriteTo(&out)
	return out.Bytes(), err
}
