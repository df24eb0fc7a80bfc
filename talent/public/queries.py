def to_do(session, user):
    return []


def lawful_bases(session):
    return []
