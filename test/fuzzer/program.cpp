#include "program.hpp"

#include <xgrad/xgrad.hpp>

#include <iomanip>
#include <limits>
#include <sstream>

namespace fuzzer {
namespace {

constexpr long double least_clearance = 0.02L;
constexpr long double largest_value = 30;

/// Builds a program statement by statement: each is run by the reference at once, and kept only
/// where no argument is near a singular point and no value is large.
class generator
{
public:
    explicit generator(std::uint64_t seed) : dice_(seed) { program_.seed = seed; }

    program make()
    {
        auto const most = dice_.one_in(50) ? 1500u : dice_.one_in(5) ? 300u : 40u;
        largest_ = 2 * most;
        auto const whole = some_shape(most);
        for (int i = 0; i < 2; ++i) {
            add_input(i == 0 ? whole : part_of(whole));
        }
        auto const length = 3 + dice_.below(12);
        for (int trial = 0; trial < 200 && program_.statements.size() < length; ++trial) {
            add_statement();
        }
        program_.names = values_.size();
        return beginning(program_, program_.statements.size());
    }

private:
    shape some_shape(std::size_t most)
    {
        shape s(dice_.one_in(12) ? 0 : 1 + dice_.below(3));
        for (auto& length : s) {
            length = dice_.one_in(8) ? 1 : 2 + dice_.below(4);
        }
        if (dice_.one_in(4) && s.size() == 2) {
            s[1] = s[0];
        }
        if (most > 40 && !s.empty()) {
            s.back() =
                std::max<std::size_t>(1, (most - dice_.below(most / 3)) * s.back() / count(s));
        }
        return s;
    }

    /// A shape that broadcasts to `whole`.
    shape part_of(shape const& whole)
    {
        if (dice_.one_in(3)) {
            return whole;
        }
        shape s(
            whole.begin() + static_cast<std::ptrdiff_t>(dice_.below(whole.size() + 1)),
            whole.end());
        for (auto& length : s) {
            length = dice_.one_in(4) ? 1 : length;
        }
        return s;
    }

    void add_input(shape const& s)
    {
        array<long double> x(s);
        std::vector<double> elements;
        for (auto& element : x.elements) {
            elements.push_back(dice_.between(-2, 2));
            element = elements.back();
        }
        program_.inputs.push_back(s);
        program_.values.push_back(elements);
        values_.push_back(std::move(x));
    }

    void add_statement()
    {
        auto const kind = dice_.below(20);
        auto const& what = dice_.one_of(
            kind < 9        ? operators()
                : kind < 12 ? fused()
                : kind < 14 ? movement()
                : kind < 15 ? views()
                            : reductions());
        statement s{&what};
        for (std::size_t i = 0; i < what.operands.size(); ++i) {
            // Often the newest, so that programs are deep.
            auto const newest = values_.size() - 1;
            s.operands.push_back(dice_.one_in(3) ? newest : dice_.below(values_.size()));
        }
        auto const before = program_.statements.size();
        auto const names = values_.size();
        if (!place_operands(s) || !append(s)) {
            program_.statements.resize(before);
            values_.resize(names);
        }
    }

    /// Statements that bring operands into their domains, where those are not any.
    bool place_operands(statement& s)
    {
        for (std::size_t i = 0; i < s.operands.size(); ++i) {
            auto const where = s.what->operands[i];
            if (where != domain::any) {
                statement map{
                    &fused()[static_cast<std::size_t>(where) - 1], {s.operands[i]}, {}, 0};
                if (!append_to(map, values_.size())) {
                    return false;
                }
                s.operands[i] = map.target;
            }
        }
        return true;
    }

    bool append(statement& s)
    {
        if (s.what->in_place) {
            return append_to(s, s.operands[0]);
        }
        // A new name, or one that loses its value by that, perhaps an operand.
        bool const renews = dice_.one_in(6);
        return append_to(s, renews ? dice_.below(values_.size()) : values_.size());
    }

    bool append_to(statement& s, std::size_t target)
    {
        std::vector<shape> shapes;
        arrays<long double> operands;
        for (auto const operand : s.operands) {
            shapes.push_back(values_[operand].lengths);
            operands.push_back(&values_[operand]);
        }
        if (s.what->suit) {
            auto numbers = s.what->suit(dice_, shapes);
            if (!numbers) {
                return false;
            }
            s.numbers = std::move(*numbers);
        } else {
            shape whole;
            for (auto const& one : shapes) {
                if (!join(whole, one)) {
                    return false;
                }
            }
            if (count(whole) > largest_) {
                return false;
            }
        }
        clearance = std::numeric_limits<long double>::infinity();
        auto result = s.what->exact(operands, s.numbers);
        for (auto const& element : result.elements) {
            if (!(std::abs(element.value) <= largest_value)) {
                return false;
            }
        }
        if (clearance < least_clearance || result.lengths.size() > 4 ||
            result.elements.size() > largest_) {
            return false;
        }
        s.target = target;
        if (target == values_.size()) {
            values_.push_back(std::move(result));
        } else {
            values_[target] = std::move(result);
        }
        program_.statements.push_back(s);
        return true;
    }

    dice dice_;
    program program_;
    std::size_t largest_ = 0; // number of elements of any array
    std::vector<array<long double>> values_;
};

template <class Real>
number<Real> run_reference(program const& p, std::vector<array<Real>> names, auto operation::*run)
{
    names.resize(p.names);
    for (auto const& s : p.statements) {
        arrays<Real> operands;
        for (auto const operand : s.operands) {
            operands.push_back(&names[operand]);
        }
        names[s.target] = (s.what->*run)(operands, s.numbers);
    }
    number<Real> sum = 0;
    for (auto const result : p.results) {
        for (std::size_t i = 0; i < names[result].elements.size(); ++i) {
            sum = sum + names[result].elements[i] * weight(i);
        }
    }
    return sum;
}

std::string text_of(shape const& s)
{
    std::string text = "{";
    for (auto const length : s) {
        text += (text.size() > 1 ? ", " : "") + std::to_string(length);
    }
    return text + "}";
}

} // namespace

program beginning(program p, std::size_t length)
{
    p.statements.resize(length);
    std::vector<bool> open(p.names, false);
    for (auto const& s : p.statements) {
        for (auto const operand : s.operands) {
            open[operand] = false;
        }
        open[s.target] = true;
    }
    p.results.clear();
    for (std::size_t name = 0; name < open.size(); ++name) {
        if (open[name]) {
            p.results.push_back(name);
        }
    }
    if (p.results.empty()) {
        p.results.push_back(0);
    }
    return p;
}

program generate(std::uint64_t seed)
{
    return generator(seed).make();
}

number<long double> run_exactly(program const& p, std::vector<array<long double>> inputs)
{
    return run_reference(p, std::move(inputs), &operation::exact);
}

number<double> run_rounded(program const& p, std::vector<array<double>> inputs)
{
    return run_reference(p, std::move(inputs), &operation::rounded);
}

xgrad::tensor<double> run(program const& p, tensors const& inputs)
{
    auto names = inputs;
    names.resize(p.names);
    for (auto const& s : p.statements) {
        s.what->run(names, s);
    }
    xgrad::tensor<double> value = 0.;
    for (auto const result : p.results) {
        std::vector<double> weights(names[result].size());
        for (std::size_t i = 0; i < weights.size(); ++i) {
            weights[i] = weight(i);
        }
        value += sum(names[result] * xgrad::constant(weights, names[result].shape()));
    }
    return value;
}

std::string program::text() const
{
    std::ostringstream out;
    out << "program " << seed << " (XGRAD_FUZZ_SEED=" << seed << " XGRAD_FUZZ_PROGRAMS=1)\n";
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        out << "  r" << i << " = input of shape " << text_of(inputs[i]) << ':'
            << std::setprecision(17);
        for (std::size_t k = 0; k < std::min<std::size_t>(values[i].size(), 12); ++k) {
            out << ' ' << values[i][k];
        }
        out << (values[i].size() > 12 ? " ...\n" : "\n");
    }
    for (auto const& s : statements) {
        out << "  r" << s.target << " = " << s.what->name << '(';
        for (std::size_t i = 0; i < s.operands.size(); ++i) {
            out << (i > 0 ? ", r" : "r") << s.operands[i];
        }
        for (std::size_t i = 0; i < s.numbers.size(); ++i) {
            out << (i > 0 ? " " : "; ") << s.numbers[i];
        }
        out << ")\n";
    }
    out << "  value: the weighted sum of";
    for (auto const result : results) {
        out << " r" << result;
    }
    return out.str();
}

} // namespace fuzzer
