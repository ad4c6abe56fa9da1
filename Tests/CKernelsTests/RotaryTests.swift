import CKernels
import Foundation
import Testing

@Suite struct RotaryTests {
  @Test(arguments: vectorUnits, [false, true]) func rotates(unit: String, interleaved: Bool) {
    withVectorUnit(unit) {
      var numbers = SeededNumbers(11)
      for headWidth in [2, 8, 16, 30, 64, 66] {
        let half = headWidth / 2
        let (rows, heads, positionCount) = (5, 3, 9)
        let angles = numbers.floats(positionCount * half, in: -3...3).doubles
        let cosines = angles.map { Float(cos($0)) }
        let sines = angles.map { Float(sin($0)) }
        let positions = (0..<rows).map { _ in numbers.index(below: positionCount) }
        let count = rows * heads * headWidth
        let x = numbers.floats(count)
        for direction: Float in [1, -1] {
          var expected = [Double](repeating: 0, count: count)
          for r in 0..<rows {
            for h in 0..<heads {
              for i in 0..<half {
                let base = (r * heads + h) * headWidth
                let first = base + (interleaved ? 2 * i : i)
                let second = base + (interleaved ? 2 * i + 1 : i + half)
                let angle = angles[Int(positions[r]) * half + i] * Double(direction)
                let (a, b) = (Double(x[first]), Double(x[second]))
                expected[first] = a * cos(angle) - b * sin(angle)
                expected[second] = b * cos(angle) + a * sin(angle)
              }
            }
          }
          expectClose(
            written(count, over: x) {
              ck_rotary(
                $0, cosines, sines, positions, interleaved, direction, $0, rows, heads, headWidth,
                headWidth, false)
            }, expected, "in place, \(headWidth)")
          expectClose(
            written(count, over: x) {
              ck_rotary(
                x, cosines, sines, positions, interleaved, direction, $0, rows, heads, headWidth,
                headWidth, true)
            }, zip(expected, x).map { $0 + Double($1) }, "accumulated, \(headWidth)")
        }
      }
    }
  }
}
