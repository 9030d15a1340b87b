"""Small files that the tests upload: a plain PDF, and one that carries a script."""

import io

import pikepdf


def _pdf(*, with_script: bool) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(200, 200))
    if with_script:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    out = io.BytesIO()
    pdf.save(out, static_id=True)
    return out.getvalue()


A_PDF = _pdf(with_script=False)
A_PDF_WITH_SCRIPT = _pdf(with_script=True)
