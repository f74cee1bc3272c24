import CDSP
import DeviceRuntime
import XCTest

final class RequantisationTests: XCTestCase {
    func testRoundingByHand() {
        // A half: 2³⁰ is 0.5, then shifts to the left (positive) or right.
        XCTAssertEqual(Multiplier(1 << 30, shift: 0)(7), 4, "3.5 rounds up")
        XCTAssertEqual(Multiplier(1 << 30, shift: 0)(-7), -3, "−3.5 rounds up, too: the doubled product's upper half")
        XCTAssertEqual(Multiplier(1 << 30, shift: 1)(-7), -7)
        XCTAssertEqual(Multiplier(1 << 30, shift: -1)(10), 3, "2.5 by way of 5, whose half goes away from zero")
        XCTAssertEqual(Multiplier(1 << 30, shift: -1)(-10), -3)
        XCTAssertEqual(Multiplier(0, shift: 0)(123_456), 0)
    }

    func testScalesThatLeaveOutTheRowForm() {
        XCTAssertNotEqual(cdsp_has_row_form(1 << 30, -1), 0)
        XCTAssertNotEqual(cdsp_has_row_form(.max, -22), 0)
        XCTAssertEqual(cdsp_has_row_form(0, -8), 0, "twice 0 is not 2³² and a rest")
        XCTAssertEqual(cdsp_has_row_form((1 << 30) - 1, -8), 0)
        XCTAssertEqual(cdsp_has_row_form(1 << 30, 0), 0)
        XCTAssertEqual(cdsp_has_row_form(1 << 30, -23), 0)
    }

    /// gemmlowp's definition, in 64 bits.
    private func reference(_ sum: Int32, _ multiplier: Int32, _ shift: Int32) -> Int32 {
        let left = Int64(sum) << Int64(max(shift, 0))
        let product = left * Int64(multiplier)
        let nudge: Int64 = product >= 0 ? 1 << 30 : 1 - (1 << 30)
        let high = (product + nudge) / (1 << 31)
        let right = Int64(max(-shift, 0))
        let (mask, whole) = ((Int64(1) << right) - 1, high >> right)
        return Int32(whole + ((high & mask) > (mask >> 1) + (high < 0 ? 1 : 0) ? 1 : 0))
    }

    func testEqualsTheDefinitionInSixtyFourBits() {
        let numbers = madeUp(4 * 4000, seed: 11).map { Int32($0) }
        for index in stride(from: 0, to: numbers.count, by: 4) {
            let shift = abs(numbers[index]) % 32 - 28
            let multiplier = (1 << 30) | (numbers[index + 1] & 0xFF) << 22 | (numbers[index + 2] & 0xFF) << 3
            let sum = (numbers[index + 2] << 15 ^ numbers[index + 3] << 4) >> (abs(numbers[index]) % 12)
            guard abs(Int64(sum)) << Int64(max(shift, 0)) < 1 << 30 else { continue }
            let expected = reference(sum, multiplier, shift)
            XCTAssertEqual(Multiplier(multiplier, shift: shift)(sum), expected)
            guard cdsp_is_quick(shift) != 0 else { continue }
            let zero = numbers[index + 3]
            let quick = cdsp_quick_int8(cdsp_quick_multiplier(multiplier, shift, zero), 2 * sum)
            XCTAssertEqual(quick, Int8(clamping: expected + zero), "\(sum) · \(multiplier) · 2^\(shift) + \(zero)")
            XCTAssertNotEqual(cdsp_has_row_form(multiplier, shift), 0)
            XCTAssertEqual(cdsp_row_int8(cdsp_row_multiplier(multiplier, shift, zero), sum), quick)
        }
    }
}
