"""Every model is exported and erased, or somebody has written down why not."""

from twofactor import models, privacy


def test_every_model_is_in_exactly_one_list() -> None:
    lists = (privacy.OWNED, privacy.REACHED, privacy.NOT_PERSONAL)
    every = {getattr(models, name) for name in models.__all__}
    listed = [model for one in lists for model in one]
    assert len(listed) == len(set(listed)), "a model stands in two lists"
    assert set(listed) == every, "put it into OWNED, REACHED or NOT_PERSONAL of privacy.py"


def test_every_model_with_a_user_is_owned() -> None:
    with_user = {
        model
        for model in (getattr(models, name) for name in models.__all__)
        if "user_id" in model.__table__.columns
    }
    assert with_user <= set(privacy.OWNED)
