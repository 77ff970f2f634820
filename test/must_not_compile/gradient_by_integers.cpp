// error: xgrad: a tensor of integers or truth values has no gradient; the source must be
#include <xgrad/xgrad.hpp>

int main()
{
    auto tape = xgrad::create_tape();
    xgrad::tensor const i = xgrad::constant({1, 2});
    xgrad::tensor const y = i * 2.0;
    auto const g = xgrad::grad(tape, y, i);
}
