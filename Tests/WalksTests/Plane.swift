import Foundation

/// The distance of two points of the plane.
func length(_ one: (Double, Double), _ other: (Double, Double)) -> Double {
  let (x, y) = (one.0 - other.0, one.1 - other.1)
  return (x * x + y * y).squareRoot()
}

func cosine(_ angle: Double) -> Double { cos(angle) }
