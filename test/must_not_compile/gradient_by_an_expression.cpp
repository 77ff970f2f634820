// error: xgrad: a source must be a tensor, wrt(a, b, ...) or a std::vector of tensors
#include <xgrad/xgrad.hpp>

int main()
{
    auto tape = xgrad::create_tape();
    xgrad::tensor const x = xgrad::constant({1., 2.});
    xgrad::tensor const y = x * x;
    auto const g = xgrad::grad(tape, y, x * 2.);
}
