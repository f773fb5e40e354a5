import Tensors

/// The linear multistep method: lays a polynomial in sigma through the last four directions and integrates it up to
/// the next level.
///
///     y' = y + sum over k of c_k * d_k,   d = (y - x0) / sigma             y = x0 + sigma * noise
///     c_k = integral from sigma to sigma' of the product over j != k of (s - sigma_j) / (sigma_k - sigma_j)
///
/// Source: Crowson's k-diffusion, `sample_lms`; Adams and Bashforth's method with unequal steps.
struct LMS: Sampler {
  static let summary = "linear multistep method over the last four steps"
  static let family = SamplerFamily.continuous
  /// The newest first; four at most.
  private var directions: [(sigma: Double, d: Tensor)] = []

  init(prediction: PredictionKind) {}

  mutating func step(_ x: Tensor, denoised x0: Tensor, _ step: SamplerStep, again denoise: Denoiser) -> Tensor
  {
    let y = step.sigmaForm(x)
    let d = direction(y, denoised: x0, sigma: step.sigma)
    directions = [(step.sigma, d)] + directions.prefix(3)
    let weights = Self.weights(directions.map(\.sigma), to: step.sigmaAfter)
    return step.alphaForm(sum([(1, y)] + zip(weights, directions).map { ($0, $1.d) }))
  }

  /// The integrals of Lagrange's polynomials over `nodes`, from the first node to `end`. Gauss's rule with two points
  /// is exact up to the third degree.
  private static func weights(_ nodes: [Double], to end: Double) -> [Double] {
    let (middle, half) = ((nodes[0] + end) / 2, (end - nodes[0]) / 2)
    let points = [middle - half / 3.0.squareRoot(), middle + half / 3.0.squareRoot()]
    return nodes.indices.map { k in
      half
        * points.reduce(0) { total, s in
          total
            + nodes.indices.filter { $0 != k }.reduce(1) { $0 * (s - nodes[$1]) / (nodes[k] - nodes[$1]) }
        }
    }
  }
}
